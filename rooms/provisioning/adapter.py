"""How allauth signs people up here: with everything a new owner needs to be rung."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse

from accounts.base.errors import NotFound
from accounts.limits import rate_limits
from accounts.targets.services import verify_email
from accounts.team.access import INVITATION_KEY, SESSION_KEY
from accounts.team.models import Invitation
from accounts.team.services.invitations import accept_invitation, find_invitation
from accounts.users.models import User
from rooms.provisioning.opening import open_account

# Set for the moment between joining a team at sign-up and the page that follows.
JOINED_KEY = "joined"


class AccountAdapter(DefaultAccountAdapter):
    @transaction.atomic
    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Save the user together with their account, or their place in who invited them."""
        user = super().save_user(request, user, form, commit)
        person = cast(User, user)
        invitation = _find_invitation(request)
        if invitation is not None and invitation.email == person.email:
            membership = accept_invitation(invitation=invitation, user=person)
            request.session[JOINED_KEY] = True
            request.session.pop(INVITATION_KEY, None)
            # The token came by mail, so they read this mailbox; allauth asks for this next.
            self.stash_verified_email(request, person.email)
        else:
            name = form.cleaned_data.get("account_name", "")
            membership = open_account(user=person, name=name).membership
        request.session[SESSION_KEY] = str(membership.account.uuid)
        return user

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        confirmed = bool(super().confirm_email(request, email_address))
        if email_address.verified:
            verify_email(email_address.user, email_address.email)
        return confirmed

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        joined = request.session.pop(JOINED_KEY, False)
        return reverse("rooms:inbox" if joined else "rooms:welcome")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if _find_invitation(request) is not None:
            return reverse("accounts:invitation", args=[request.session[INVITATION_KEY]])
        return str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:account")

    def get_client_ip(self, request: HttpRequest) -> str:
        return rate_limits.client_ip(request)

    def format_email_subject(self, subject: Any) -> str:
        return str(subject)


def _find_invitation(request: HttpRequest) -> Invitation | None:
    try:
        return find_invitation(request.session.get(INVITATION_KEY, ""))
    except NotFound:
        return None
