"""The first visit of an owner whom a program made: they choose a password and are in."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.limits import rate_limits
from accounts.sign_in.forms import ChoosePasswordForm
from accounts.sign_in.services import find_sign_in_link, use_sign_in_link
from accounts.team.access import SESSION_KEY

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
        # As after a sign-up: an address that is not proven yet gets its mail.
        response: HttpResponse = perform_login(
            request, user, redirect_url=WELCOME, signup=True, email=user.email
        )
        request.session[SESSION_KEY] = str(link.account.uuid)
        return response
    return render(request, "accounts/enter.html", {"form": form, "link": link})
