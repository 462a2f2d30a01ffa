from __future__ import annotations

import csv
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.base import refusals
from accounts.team.access import MemberRequest, manager_required, member_required
from rooms.base import presence
from rooms.links.access import get_link
from rooms.links.addresses import link_url
from rooms.links.forms import LinkForm, ManyLinksForm, NewLinkForm, describe
from rooms.links.models import DirectLink
from rooms.links.qr import draw_qr
from rooms.links.services.links import (
    create_link,
    create_links,
    revoke_link,
    rotate_link,
    update_link,
)
from rooms.properties.access import get_property

PAGE_ROWS = 50


@member_required
@require_safe
def list_links(request: MemberRequest, uuid: UUID) -> HttpResponse:
    property = get_property(request.account, uuid)
    links = DirectLink.objects.for_account(request.account).filter(property=property)
    show_revoked = request.GET.get("show") == "revoked"
    wanted = links.exclude(revoked_at=None) if show_revoked else links.unrevoked()
    wanted = wanted.with_guests()
    if words := request.GET.get("q", "").replace("\0", "").strip()[:80]:
        wanted = wanted.filter(label__icontains=words)
    page = Paginator(wanted.order_by("id"), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "property": property,
        "page": page,
        "rows": [(link, link_url(link)) for link in page],
        "words": words,
        "show_revoked": show_revoked,
        "any_revoked": links.exclude(revoked_at=None).exists(),
    }
    return render(request, "rooms/links/list.html", context)


@member_required
@require_safe
def export_links(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """The property's links as a table for a printer or a mail merge."""
    property = get_property(request.account, uuid)
    links = DirectLink.objects.for_account(request.account).filter(property=property).unrevoked()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="links.csv"'
    response["Cache-Control"] = "no-store"
    table = csv.writer(response)
    table.writerow(["label", "url", "qr", "mode", "expires_at"])
    for link in links.order_by("id"):
        url, ends = link_url(link), link.expires_at.isoformat() if link.expires_at else ""
        table.writerow([_as_cell(link.label), url, f"{url}/qr.svg", link.mode, ends])
    return response


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_link(request: MemberRequest, uuid: UUID) -> HttpResponse:
    property = get_property(request.account, uuid)
    form = NewLinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.on_form(form):
            link = create_link(property=property, actor=request.user, **form.cleaned_data)
            messages.success(request, _("The link is ready."))
            return redirect("rooms:link_edit", link.uuid)
    context = {"form": form, "property": property, "title": _("New link")}
    return render(request, "rooms/links/new.html", context, status=_status(form))


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_links(request: MemberRequest, uuid: UUID) -> HttpResponse:
    property = get_property(request.account, uuid)
    form = ManyLinksForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.on_form(form):
            made = create_links(property=property, actor=request.user, **form.cleaned_data)
            text = ngettext("%d link is ready.", "%d links are ready.", len(made))
            messages.success(request, text % len(made))
            return redirect("rooms:links", property.uuid)
    context = {"form": form, "property": property, "title": _("Many links")}
    return render(request, "rooms/links/new.html", context, status=_status(form))


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_link(request: MemberRequest, uuid: UUID) -> HttpResponse:
    link = get_link(request.account, uuid)
    form = LinkForm(request.POST or None, initial=describe(link))
    if request.method == "POST" and form.is_valid():
        with refusals.on_form(form):
            update_link(link=link, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("rooms:link_edit", link.uuid)
        # The refused values are on the row that was tried; the page shows the stored one.
        link = get_link(request.account, uuid)
    here = presence.rooms_with_guests(request.account.uuid)
    context = {
        "form": form,
        "link": link,
        "property": link.property,
        "url": link_url(link),
        "qr": draw_qr(link_url(link)),
        "open_rooms": link.rooms.open().listed(here).count(),
    }
    return render(request, "rooms/links/link.html", context, status=_status(form))


@manager_required
@require_POST
def rotate(request: MemberRequest, uuid: UUID) -> HttpResponse:
    link = get_link(request.account, uuid)
    rotate_link(link=link, actor=request.user, kick=bool(request.POST.get("kick")))
    messages.success(request, _("The link has a new address. The old one is dead."))
    return redirect("rooms:link_edit", link.uuid)


@manager_required
@require_POST
def revoke(request: MemberRequest, uuid: UUID) -> HttpResponse:
    link = get_link(request.account, uuid)
    revoke_link(link=link, actor=request.user)
    messages.success(request, _("The link is revoked."))
    return redirect("rooms:links", link.property.uuid)


@manager_required
@require_POST
def pause(request: MemberRequest, uuid: UUID) -> HttpResponse:
    link = get_link(request.account, uuid)
    paused = bool(request.POST.get("paused"))
    update_link(link=link, actor=request.user, paused=paused)
    told = _("The link is paused.") if paused else _("The link lets guests in again.")
    messages.success(request, told)
    return redirect("rooms:link_edit", link.uuid)


def _status(form: ManyLinksForm) -> int:
    return 422 if form.is_bound else 200


def _as_cell(text: str) -> str:
    """Return the text so that a spreadsheet reads it as text, not as a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
