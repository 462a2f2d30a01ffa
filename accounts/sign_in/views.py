"""The way in: the code of the mail, the first visit of an owner whom a program made, sessions."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.utils import perform_login
from allauth.account.views import ConfirmEmailVerificationCodeView, password_set
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.limits import rate_limits
from accounts.sign_in.forms import ChoosePasswordForm
from accounts.sign_in.local_mail import find_mail
from accounts.sign_in.services import find_sign_in_link, use_sign_in_link
from accounts.sign_in.sessions import end_other_sessions, end_session, list_sessions
from accounts.team.access import SESSION_KEY
from accounts.users.confirmation import require_confirmation
from accounts.users.models import User

# A page of the floor above, like NEW_ACCOUNT.
WELCOME = "/welcome"


@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a password; only sending it uses the link up, mail scanners open links.

    Raises NotFound, RateLimited.
    """
    rate_limits.hit("enter", rate_limits.client_address(request))
    link = find_sign_in_link(token)
    form = ChoosePasswordForm(request.POST or None, user=link.user)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        user = use_sign_in_link(link=link, password=password)
        # An address that is not proven yet gets its mail, but whoever made the owner vouches.
        response: HttpResponse = perform_login(
            request,
            user,
            email_verification=EmailVerificationMethod.OPTIONAL,
            redirect_url=WELCOME,
            signup=True,
            email=user.email,
        )
        request.session[SESSION_KEY] = str(link.account.uuid)
        return response
    return render(request, "accounts/enter.html", {"form": form, "link": link})


@method_decorator(never_cache, name="dispatch")
class ConfirmAddressView(ConfirmEmailVerificationCodeView):
    """Ask for the code of the mail. For a known address nobody has a code; the page is the same."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if settings.LOCAL_MAIL_FOLDER:
            context["local_folder"] = settings.LOCAL_MAIL_FOLDER
            context["local_mail"] = find_mail(context["email"])
        return context

    def _resend_form_valid(self, form: forms.Form) -> HttpResponse:
        """Send again, also to a known address: allauth leaves that out, which takes less time."""
        response: HttpResponse = super()._resend_form_valid(form)
        if "user_id" not in self._process.state:
            get_adapter().send_account_already_exists_mail(self._process.email)
        messages.success(self.request, _("The mail is on its way again."))
        return response


@login_required
def choose_password(request: HttpRequest) -> HttpResponseBase:
    """Set a first password; asked before it is typed, since what is typed waits in the session."""
    user = cast(User, request.user)
    if not user.has_usable_password():
        require_confirmation(request)
    return cast(HttpResponseBase, password_set(request))


@never_cache
@login_required
def show_sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in: device, network and when it was last seen."""
    lines = list_sessions(cast(User, request.user), request.session.session_key)
    context = {"lines": lines, "others": sum(not line.is_current for line in lines)}
    return render(request, "accounts/sessions.html", context)


@require_POST
@login_required
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Raises NotFound, also for a session of somebody else."""
    end_session(cast(User, request.user), pk)
    messages.success(request, _("Signed out there."))
    return redirect("accounts:sessions")


def take_up_sessions(request: HttpRequest) -> HttpResponseBase:
    """Answer for the library's address of this page: reading leads here, its form ends others."""
    return end_others(request) if request.method == "POST" else redirect("accounts:sessions")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    end_other_sessions(cast(User, request.user), request.session.session_key)
    messages.success(request, _("Signed out everywhere else."))
    return redirect("accounts:sessions")
