from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _

from rooms.base.forms import explain
from rooms.properties.models import Property
from rooms.properties.services import MAX_CALL_AFTER_S


class PropertyForm(forms.ModelForm):
    """What an owner says about a property. Start it with `initial=describe(property)`."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Your page speaks to a guest in one of these. None: in any we have."),
    )
    first_language = forms.ChoiceField(
        label=_("For guests who speak none of them"),
        choices=[("", _("Decide for me")), *settings.LANGUAGES],
        required=False,
    )
    nickname = forms.ChoiceField(
        label=_("Ask guests for a name"),
        choices=[
            (Property.Nickname.NEVER, explain(_("Never"), _("They come in at once."))),
            (Property.Nickname.OPTIONAL, explain(_("Ask"), _("They may leave it empty."))),
            (Property.Nickname.REQUIRED, explain(_("Insist"), _("Nobody comes in without."))),
        ],
        widget=forms.RadioSelect,
    )
    storage = forms.ChoiceField(
        label=_("What the server keeps"),
        choices=[
            (
                Property.Storage.KEEP,
                explain(
                    _("Conversations"),
                    _("You and your guest find the history again on every device."),
                ),
            ),
            (
                Property.Storage.NONE,
                explain(
                    _("Nothing"),
                    _(
                        "Text only passes through and is gone once both have closed the page."
                        " Nobody can read it later, not even you."
                    ),
                ),
            ),
        ],
        widget=forms.RadioSelect,
    )
    transport = forms.ChoiceField(
        label=_("How text travels"),
        choices=[
            (
                Property.Transport.DIRECT,
                explain(
                    _("Directly, where possible"),
                    _("The fastest. The two browsers learn each other’s IP address."),
                ),
            ),
            (
                Property.Transport.RELAY,
                explain(
                    _("Through a relay"),
                    _("From browser to browser, but nobody learns an IP address."),
                ),
            ),
            (
                Property.Transport.SERVER,
                explain(_("Through the server"), _("The browsers never connect to each other.")),
            ),
        ],
        widget=forms.RadioSelect,
    )
    addresses = forms.ChoiceField(
        label=_("Where guests come from"),
        choices=[
            (Property.Addresses.NONE, explain(_("Note nothing"), _("No IP address is kept."))),
            (
                Property.Addresses.SHORT,
                explain(
                    _("Note the net"),
                    _("The address without its end, 203.0.113.0/24: it names no household."),
                ),
            ),
        ],
        widget=forms.RadioSelect,
    )
    call_after_s = forms.IntegerField(
        label=_("Seconds before calling you"),
        min_value=0,
        max_value=MAX_CALL_AFTER_S,
        help_text=_(
            "How long a guest waits for somebody at the desk before you are called. 0: at once."
        ),
    )

    class Meta:
        model = Property
        fields = [
            "name",
            "color",
            "greeting",
            "offline_text",
            "languages",
            "nickname",
            "storage",
            "transport",
            "call_after_s",
            "idle_days",
            "addresses",
            "privacy_url",
            "consent",
            "retention_messages_days",
            "retention_files_days",
            "retention_arrivals_days",
            "retention_addresses_days",
        ]
        labels = {
            "privacy_url": _("Address of your privacy notice"),
            "consent": _("Tell guests that by writing they agree to it"),
            "idle_days": _("Days without a word before a conversation is closed"),
            "retention_messages_days": _("Messages, days"),
            "retention_files_days": _("Files, days"),
            "retention_arrivals_days": _("Visits, days"),
            "retention_addresses_days": _("Noted nets, days"),
            "name": _("Name"),
            "color": _("Colour"),
            "greeting": _("Greeting"),
            "offline_text": _("When nobody is there"),
        }
        help_texts = {
            "privacy_url": _("It begins with https://. Guests find it below the conversation."),
            "consent": _("Version and time are kept with each guest’s first message below it."),
            "idle_days": _("The next message opens it again. Empty or 0: it stays open."),
            "name": _("Guests see it on top of the page."),
            "color": _("Of your bubbles and buttons."),
            "greeting": _("The first thing a guest reads."),
            "offline_text": _("Shown while nobody is at the desk."),
        }
        widgets = {
            "color": forms.TextInput(attrs={"type": "color"}),
            "greeting": forms.Textarea(attrs={"rows": 3}),
            "offline_text": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_color(self) -> str:
        return str(self.cleaned_data["color"]).lower()

    def clean(self) -> dict[str, Any]:
        """Put the language that is shown first in front."""
        cleaned = super().clean() or self.cleaned_data
        first = cleaned.pop("first_language", "")
        if first:
            others = [code for code in cleaned.get("languages", []) if code != first]
            cleaned["languages"] = [first, *others]
        return cleaned


def describe(property: Property | None = None) -> dict[str, Any]:
    """Return the form's first values; without a property those of a new one."""
    property = property or Property()
    values = model_to_dict(property, fields=PropertyForm.Meta.fields)
    values["first_language"] = property.languages[0] if property.languages else ""
    return values
