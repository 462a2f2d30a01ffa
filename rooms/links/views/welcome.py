from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.team.access import MemberRequest, member_required
from rooms.links.addresses import link_url
from rooms.links.models import DirectLink
from rooms.links.qr import draw_qr


@member_required
@require_safe
def show_welcome(request: MemberRequest) -> HttpResponse:
    """The account's first link, large: what a new owner came for."""
    link = (
        DirectLink.objects.for_account(request.account)
        .live()
        .filter(property__archived_at=None)
        .select_related("property")
        .order_by("id")
        .first()
    )
    if link is None:
        return redirect("rooms:properties")
    url = link_url(link)
    context = {"link": link, "property": link.property, "url": url, "qr": draw_qr(url)}
    return render(request, "rooms/links/welcome.html", context)
