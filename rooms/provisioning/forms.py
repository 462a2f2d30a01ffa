from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from rooms.provisioning.takeover import forget_sign_up


class SignUpForm(SignupForm):
    """Signs up; a known address gets the same answer after the same work, only another mail."""

    def try_save(self, request: HttpRequest) -> Any:
        email = self.cleaned_data["email"]
        if self.account_already_exists and forget_sign_up(email):
            # Nobody had proven it, so whoever comes now may.
            self.validate_unique_email(email)
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
