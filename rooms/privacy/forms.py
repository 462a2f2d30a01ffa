from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TranscriptForm(forms.Form):
    """Where a guest wants their conversation to be sent."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class EraseForm(forms.Form):
    """Asks once more before what cannot be undone."""

    confirm = forms.BooleanField(
        label=_("Yes, erase it. I know that nobody can bring it back."),
        error_messages={"required": _("Tick the box to erase everything.")},
    )
