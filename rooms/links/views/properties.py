from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.base import refusals
from accounts.team.access import MemberRequest, manager_required, member_required
from rooms.base import presence
from rooms.links.addresses import link_url
from rooms.links.models import DirectLink
from rooms.links.services.properties import archive_property, create_property
from rooms.properties.access import get_property
from rooms.properties.forms import PropertyForm, describe
from rooms.properties.models import Property, RetentionRun
from rooms.properties.services import restore_property, update_property

PAGE_ROWS = 50
ARCHIVED_ROWS = 100
RUN_ROWS = 12


@dataclass(frozen=True, slots=True)
class PropertyCard:
    """A property with the link to hand out, if it has one."""

    property: Property
    link: DirectLink | None
    url: str

    def short_url(self) -> str:
        """The address as people say it: without https://."""
        return self.url.partition("://")[2]


@member_required
@require_safe
def list_properties(request: MemberRequest) -> HttpResponse:
    properties = Property.objects.for_account(request.account)
    here = presence.rooms_with_guests(request.account.uuid)
    active = properties.active().with_open_rooms(here).order_by("name", "id")
    page = Paginator(active, PAGE_ROWS).get_page(request.GET.get("page"))
    archived = properties.exclude(archived_at=None).order_by("-archived_at")[:ARCHIVED_ROWS]
    context = {"page": page, "cards": _make_cards(list(page)), "archived": list(archived)}
    return render(request, "rooms/properties/list.html", context)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_property(request: MemberRequest) -> HttpResponse:
    form = PropertyForm(request.POST or None, initial=describe())
    if request.method == "POST" and form.is_valid():
        with refusals.on_form(form):
            property = create_property(
                account=request.account, actor=request.user, **form.cleaned_data
            )
            messages.success(request, _("“%s” is open. Here is its link.") % property.name)
            return redirect("rooms:links", property.uuid)
    return _show_form(request, form, None)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_property(request: MemberRequest, uuid: UUID) -> HttpResponse:
    property = get_property(request.account, uuid)
    form = PropertyForm(request.POST or None, initial=describe(property))
    if request.method == "POST" and form.is_valid():
        with refusals.on_form(form):
            update_property(property=property, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("rooms:property_edit", property.uuid)
    return _show_form(request, form, property)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: MemberRequest, uuid: UUID) -> HttpResponse:
    property = get_property(request.account, uuid)
    if request.method == "POST":
        archive_property(property=property, actor=request.user)
        messages.success(request, _("“%s” is archived.") % property.name)
        return redirect("rooms:properties")
    here = presence.rooms_with_guests(request.account.uuid)
    context = {
        "property": property,
        "links": property.links.live().count(),
        "open_rooms": property.rooms.open().listed(here).count(),
    }
    return render(request, "rooms/properties/archive.html", context)


@manager_required
@require_POST
def restore(request: MemberRequest, uuid: UUID) -> HttpResponse:
    property = get_property(request.account, uuid)
    restore_property(property=property, actor=request.user)
    messages.success(request, _("“%s” is open again.") % property.name)
    return redirect("rooms:properties")


@manager_required
@require_POST
def pause(request: MemberRequest, uuid: UUID) -> HttpResponse:
    property = get_property(request.account, uuid)
    paused = bool(request.POST.get("paused"))
    update_property(property=property, actor=request.user, paused=paused)
    told = _("“%s” is paused.") if paused else _("“%s” lets guests in again.")
    messages.success(request, told % property.name)
    return redirect("rooms:property_edit", property.uuid)


def _show_form(
    request: MemberRequest, form: PropertyForm, property: Property | None
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "property": property, "runs": _list_runs(property)}
    return render(request, "rooms/properties/form.html", context, status=status)


def _list_runs(property: Property | None) -> list[RetentionRun]:
    """The newest proofs; one that removed nothing proves most while it is the last."""
    return [] if property is None else list(property.retention_runs.order_by("-id")[:RUN_ROWS])


def _make_cards(properties: list[Property]) -> list[PropertyCard]:
    links = DirectLink.objects.live().filter(property__in=properties).oldest_per_property()
    of_property = {link.property_id: link for link in links}
    found = [(property, of_property.get(property.pk)) for property in properties]
    return [
        PropertyCard(property, link, link_url(link) if link else "") for property, link in found
    ]
