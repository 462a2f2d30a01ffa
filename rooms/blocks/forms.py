from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rooms.blocks.services import REASON_MAX_CHARS

HOURS = {"1": _("for an hour"), "24": _("for a day"), "168": _("for a week"), "": _("for good")}


class BlockForm(forms.Form):
    """How a guest is kept out."""

    hours = forms.ChoiceField(label=_("How long"), choices=list(HOURS.items()), required=False)
    device = forms.BooleanField(
        label=_("Their device"),
        help_text=_("Also under another name, until they clear their browser's data."),
        required=False,
        initial=True,
    )
    network = forms.BooleanField(
        label=_("Their range of addresses"),
        help_text=_("Also other people of the same network: use it against floods."),
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Only your team sees it."),
        required=False,
        max_length=REASON_MAX_CHARS,
    )

    def clean(self) -> dict[str, Any]:
        """Return what the service wants."""
        cleaned = super().clean() or self.cleaned_data
        hours = cleaned.pop("hours", "")
        if hours:
            cleaned["ends_at"] = timezone.now() + timedelta(hours=int(hours))
        return cleaned
