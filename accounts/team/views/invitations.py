from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.limits import rate_limits
from accounts.team.access import INVITATION_KEY, SESSION_KEY
from accounts.team.forms import ROLE_LABELS
from accounts.team.models import Membership
from accounts.team.services.invitations import accept_invitation, find_invitation
from accounts.users.models import User


def show_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Offer the place in the account; only the button takes it, mail scanners open links."""
    rate_limits.hit("page", rate_limits.client_address(request))
    invitation = find_invitation(token)
    user = request.user
    if isinstance(user, User) and user.email == invitation.email:
        if request.method == "POST":
            membership = accept_invitation(invitation=invitation, user=user, token=token)
            request.session.pop(INVITATION_KEY, None)
            request.session[SESSION_KEY] = str(membership.account.uuid)
            return redirect("/inbox")
    elif request.method == "POST":
        return redirect_to_login(request.get_full_path())
    request.session[INVITATION_KEY] = token
    context = {
        "invitation": invitation,
        "role": ROLE_LABELS[Membership.Role(invitation.role)],
        "is_theirs": isinstance(user, User) and user.email == invitation.email,
    }
    return render(request, "accounts/invitation.html", context)
