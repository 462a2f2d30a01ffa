"""What stands between the right password and being signed in."""

from __future__ import annotations

from typing import Any

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.stages import EmailVerificationStage

from accounts.team.access import is_vouched_for


class ConfirmAddressStage(EmailVerificationStage):
    """Ask for the code of a mail, except of owners for whom a platform vouches."""

    def handle(self) -> Any:
        if self.login.user is not None and is_vouched_for(self.login.user):
            self.login.email_verification = EmailVerificationMethod.OPTIONAL
        return super().handle()
