from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TargetForm(forms.Form):
    email = forms.EmailField(
        label=_("Another e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
