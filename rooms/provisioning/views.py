from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.base import refusals
from accounts.limits import rate_limits
from accounts.team.access import SESSION_KEY
from accounts.tenants.forms import NewAccountForm
from accounts.users.models import User
from rooms.provisioning.opening import open_account


@login_required
def open_another(request: HttpRequest) -> HttpResponse:
    """A further account for who is signed in, or the first after leaving the last."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        rate_limits.hit("signup", request.user.uuid)
        with refusals.on_form(form, "name"):
            opened = open_account(user=request.user, name=form.cleaned_data["name"])
            request.session[SESSION_KEY] = str(opened.account.uuid)
            return redirect("rooms:welcome")
    return render(request, "accounts/new.html", {"form": form})
