from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.users.models import User


class SignUpFields(forms.Form):
    """What sign-up asks besides e-mail address and password."""

    account_name = forms.CharField(
        label=_("Name of your shop, team or site"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    field_order = ["email", "password1", "account_name"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth; the adapter opens the account once the address is proven."""


class ChoosePasswordForm(forms.Form):
    """The first password of an owner whom a program made."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 8 characters; not a common word, not only digits."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password
