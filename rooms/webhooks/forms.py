from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from rooms.base.forms import explain
from rooms.base.http import URL_MAX_CHARS
from rooms.webhooks.recording import EVENTS

EVENT_TEXTS = {
    "message.posted": _("Somebody wrote a message."),
    "guest.arrived": _("A visit begins."),
    "owner.called": _("You were called about a visit."),
    "room.changed": _("A conversation was closed, opened again, tagged or assigned."),
    "room.closed": _("A conversation was closed."),
}


class WebhookForm(forms.Form):
    """Whom to tell what; start it with `initial` from a Webhook's values."""

    url = forms.CharField(
        label=_("Address"),
        max_length=URL_MAX_CHARS,
        widget=forms.URLInput(
            attrs={"placeholder": "https://shop.example.com/doorbell", "autocomplete": "off"}
        ),
        help_text=_("We POST JSON there and expect an answer within 10 seconds."),
    )
    description = forms.CharField(label=_("What it is for"), max_length=120, required=False)
    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=[(event, explain(event, EVENT_TEXTS[event])) for event in EVENTS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them, also those we add later."),
    )
