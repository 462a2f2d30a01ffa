from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.keys.models import ApiKey

SCOPE_LABELS = {
    ApiKey.Scope.READ: _("Read"),
    ApiKey.Scope.WRITE: _("Read and write"),
    ApiKey.Scope.ADMIN: _("Everything, also team and keys"),
}


LIFETIMES = {
    "30": _("30 days"),
    "90": _("90 days"),
    "365": _("One year"),
    "": _("Until it is revoked"),
}


OVERLAPS = {
    "24": _("24 hours"),
    "168": _("7 days"),
    "0": _("Not at all"),
}


class RotateForm(forms.Form):
    hours = forms.ChoiceField(
        label=_("The old key works on"), choices=list(OVERLAPS.items()), initial="24"
    )


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What will use it, so that you know later what breaks without it."),
        widget=forms.TextInput(attrs={"placeholder": _("Order system"), "autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=_("It may"),
        choices=[(scope.value, label) for scope, label in SCOPE_LABELS.items()],
        initial=ApiKey.Scope.WRITE,
    )
    days = forms.ChoiceField(
        label=_("Works for"), choices=list(LIFETIMES.items()), initial="365", required=False
    )

    @property
    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None
