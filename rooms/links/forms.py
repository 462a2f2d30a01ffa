from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rooms.base.forms import explain
from rooms.links.models import DirectLink
from rooms.links.services.links import MAX_LINKS_AT_ONCE
from rooms.links.services.passcodes import PASSCODE_MAX_CHARS

MINUTES = "%Y-%m-%dT%H:%M"


class MomentFormField(forms.DateTimeField):
    """A date and time in the zone the page says, else in UTC."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES)

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, input_formats=[MINUTES, f"{MINUTES}:%S"], **options)


class ManyLinksForm(forms.ModelForm):
    """What is said about links that are made alike. Start it with `initial`, not `instance`."""

    count = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=MAX_LINKS_AT_ONCE, initial=10
    )
    mode = forms.ChoiceField(
        label=_("Who meets whom"),
        choices=[
            (
                DirectLink.Mode.PRIVATE,
                explain(_("Private"), _("Every guest talks to you alone.")),
            ),
            (
                DirectLink.Mode.SHARED,
                explain(_("Shared"), _("Everybody with this link meets in one room.")),
            ),
        ],
        widget=forms.RadioSelect,
        initial=DirectLink.Mode.PRIVATE,
    )
    not_before = MomentFormField(label=_("Opens at"), help_text=_("Empty: now."))
    expires_at = MomentFormField(
        label=_("Ends at"),
        help_text=_("From then on nobody new comes in. Empty: never."),
    )
    closes_rooms = forms.BooleanField(
        label=_("Then also close the conversations that run"),
        help_text=_("Otherwise guests who are inside go on writing."),
        required=False,
    )
    passcode = forms.CharField(
        label=_("Passcode"),
        required=False,
        max_length=PASSCODE_MAX_CHARS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Guests type it before they come in. Empty: none."),
    )
    guest_limit = forms.IntegerField(
        label=_("Guest limit"),
        required=False,
        min_value=1,
        max_value=2_147_483_647,
        help_text=_("How many different guests may come in all. Empty: any number."),
    )
    # Filled in by the page's script with the name of the reader's time zone.
    zone = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    class Meta:
        model = DirectLink
        fields = [
            "label",
            "mode",
            "not_before",
            "expires_at",
            "closes_rooms",
            "passcode",
            "guest_limit",
        ]
        labels = {"label": _("Label")}
        help_texts = {
            "label": _("Only you see it. “Table” becomes “Table 1”, “Table 2” and so on.")
        }

    def full_clean(self) -> None:
        with timezone.override(_read_zone(str(self.data.get("zone", "")))):
            super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned.pop("zone", None)
        begins, ends = cleaned.get("not_before"), cleaned.get("expires_at")
        if begins and ends and begins >= ends:
            # Before the model's constraint says it without naming a field.
            self.add_error("expires_at", _("The link would end before it begins."))
        return cleaned


class NewLinkForm(ManyLinksForm):
    """One link."""

    count = None  # type: ignore[assignment]
    slug = forms.CharField(
        label=_("Readable address"),
        required=False,
        help_text=_("Small letters, digits and hyphens. Empty: twelve random characters."),
    )

    class Meta(ManyLinksForm.Meta):
        help_texts = {"label": _("Only you see it, for example “Website” or “Business card”.")}


class LinkForm(NewLinkForm):
    """A link that is there already: an empty passcode means the one it has."""

    passcode = forms.CharField(
        label=_("New passcode"),
        required=False,
        max_length=PASSCODE_MAX_CHARS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Guests type it before they come in. Empty: everything stays as it is."),
    )
    remove_passcode = forms.BooleanField(label=_("Ask for no passcode any more"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        passcode = cleaned.get("passcode")
        if cleaned.pop("remove_passcode", False):
            cleaned["passcode"] = ""
        elif not passcode:
            cleaned.pop("passcode", None)
        return cleaned


def describe(link: DirectLink) -> dict[str, Any]:
    """Return the form's first values; the passcode is known to nobody."""
    values = model_to_dict(
        link, fields=["label", "mode", "not_before", "expires_at", "closes_rooms", "guest_limit"]
    )
    return {**values, "slug": link.slug or ""}


def _read_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, KeyError, OSError):
        return ZoneInfo("UTC")
