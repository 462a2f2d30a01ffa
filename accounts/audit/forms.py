from __future__ import annotations

import datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

# Days that every clock and database knows.
FIRST, LAST = datetime.date(1970, 1, 1), datetime.date(9998, 12, 31)


def _make_day(label: object) -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]
        required=False,
        validators=[MinValueValidator(FIRST), MaxValueValidator(LAST)],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class AuditForm(forms.Form):
    """What of the log is wanted; nothing means all of it."""

    actor = forms.CharField(
        label=_("Who"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "ann@example.com", "autocomplete": "off"}),
    )
    action = forms.CharField(
        label=_("What"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "api_key", "autocomplete": "off"}),
    )
    since = _make_day(_("From"))
    until = _make_day(_("To"))
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)
