"""How allauth signs people up here: with everything a new owner needs to be rung, once proven."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.base.errors import NotFound
from accounts.limits import rate_limits
from accounts.sign_in import guesses
from accounts.sign_in.reset import name_mailbox
from accounts.targets.services import verify_email
from accounts.tasks import tell_of_guesses
from accounts.team.access import INVITATION_KEY, SESSION_KEY
from accounts.team.models import Invitation
from accounts.team.services.invitations import accept_invitation, came_by_mail, find_invitation
from accounts.users.models import User
from rooms.base import broker
from rooms.provisioning.opening import open_account
from rooms.provisioning.takeover import take_over

# Set for the moment between joining a team at sign-up and the page that follows.
JOINED_KEY = "joined"
# What the account is to be called, from the sign-up until the address is proven.
NAME_KEY = "account_name"
STAGES = {
    "allauth.account.stages.EmailVerificationStage": "accounts.sign_in.stages.ConfirmAddressStage"
}


class AccountAdapter(DefaultAccountAdapter):
    @transaction.atomic
    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Save the user; who comes by a mailed invitation joins, others prove the address first."""
        user = super().save_user(request, user, form, commit)
        person = cast(User, user)
        token = request.session.get(INVITATION_KEY, "")
        invitation = _find_invitation(request)
        if invitation is None:
            request.session[NAME_KEY] = form.cleaned_data.get("account_name", "")
        elif invitation.email != person.email:
            request.session.pop(INVITATION_KEY, None)
            request.session[NAME_KEY] = form.cleaned_data.get("account_name", "")
        elif came_by_mail(invitation, token):
            membership = accept_invitation(invitation=invitation, user=person, token=token)
            request.session[JOINED_KEY] = True
            request.session.pop(INVITATION_KEY, None)
            request.session[SESSION_KEY] = str(membership.account.uuid)
            # They read this mailbox; allauth asks for this next.
            self.stash_verified_email(request, person.email)
        return user

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Note the proof; unless they are signed in as that person, what was before it ends."""
        confirmed = bool(super().confirm_email(request, email_address))
        if not email_address.verified:
            return confirmed
        user = cast(User, email_address.user)
        if getattr(request.user, "pk", None) != user.pk:
            take_over(user=user, email=email_address.email, session_key=request.session.session_key)
        verify_email(user, email_address.email)
        if NAME_KEY in request.session and not user.memberships.exists():
            opened = open_account(user=user, name=request.session.pop(NAME_KEY))
            request.session[SESSION_KEY] = str(opened.account.uuid)
        return confirmed

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse who guesses; see accounts.sign_in.guesses."""
        login = _read_login(credentials)
        rates = settings.ACCOUNT_RATE_LIMITS["login_failed"]
        if guesses.find_device(request, login):
            rates = ",".join(rate for rate in rates.split(",") if rate.endswith("/key"))
        self._login_failed_rl_usage = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed",
            config={"login_failed": rates},
            key=guesses.name_bucket(request, login),
        )
        if not self._login_failed_rl_usage or guesses.is_guessed_too_often(request, login):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Tell the owner, once a day; also of an unknown login a task is queued: the same work."""
        login = _read_login(credentials)
        if guesses.count_guess(request, login):
            user = User.objects.filter(email=login).first()
            broker.publish([(tell_of_guesses, user.pk if user else 0, "maintenance")])

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        response = cast(HttpResponse, super().post_login(request, user, **kwargs))
        guesses.remember_device(request, response, cast(User, user))
        return response

    def get_login_stages(self) -> list[str]:
        return [STAGES.get(stage, stage) for stage in super().get_login_stages()]

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        if request.session.pop(JOINED_KEY, False):
            return reverse("rooms:inbox")
        if _find_invitation(request) is not None:
            return self.get_login_redirect_url(request)
        return reverse("rooms:welcome")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if _find_invitation(request) is not None:
            return reverse("accounts:invitation", args=[request.session[INVITATION_KEY]])
        return str(super().get_login_redirect_url(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:account")

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        """Return the ways to show who one is; who has none gets one by mail: a password."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        reset = {"id": "reset", "description": "", "url": reverse("account_reset_password")}
        return ways or [reset]

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """Send the link; its token says where it went."""
        token = name_mailbox(context["key"], cast(User, user), email)
        url = self.get_reset_password_from_key_url(f"{context['uid']}-{token}")
        super().send_password_reset_mail(user, email, context | {"password_reset_url": url})

    def get_client_ip(self, request: HttpRequest) -> str:
        return rate_limits.client_ip(request)

    def format_email_subject(self, subject: Any) -> str:
        return str(subject)


def _read_login(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email", "")).strip().lower()


def _find_invitation(request: HttpRequest) -> Invitation | None:
    try:
        return find_invitation(request.session.get(INVITATION_KEY, ""))
    except NotFound:
        return None
