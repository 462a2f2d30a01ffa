"""The account's log, for its owners: read, narrowed down and taken along."""

from __future__ import annotations

from django.core.files.base import File
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.audit import trail
from accounts.audit.access import find_events
from accounts.audit.export import write_csv
from accounts.audit.forms import AuditForm
from accounts.audit.models import AuditEvent
from accounts.base.access import find_only
from accounts.base.streaming import answer_file
from accounts.limits import rate_limits
from accounts.team.access import MemberRequest, owner_required

PAGE_ROWS = 50
EXPORT_RATE = "20/3600"


@never_cache
@owner_required
@require_safe
def show_audit(request: MemberRequest) -> HttpResponse:
    """One page of the log, newest first. Raises NotFound for a page that never was."""
    form = AuditForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    events = find_events(request.account, **wanted)
    if before := wanted.get("before"):
        here = find_only(AuditEvent.objects.for_account(request.account).filter(uuid=before))
        events = events.filter(pk__lt=here.pk)
    rows = list(events[: PAGE_ROWS + 1])
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "form": form,
        "events": rows[:PAGE_ROWS],
        "following": rows[PAGE_ROWS - 1].uuid if len(rows) > PAGE_ROWS else None,
        "query": query.urlencode(),
    }
    status = 400 if form.errors else 200
    return render(request, "accounts/audit.html", context, status=status)


@never_cache
@owner_required
@require_safe
def export_audit(request: MemberRequest) -> HttpResponseBase:
    """What the page shows, whole, as CSV. Raises RateLimited."""
    form = AuditForm(request.GET)
    if not form.is_valid():
        return show_audit(request)
    rate_limits.hit("audit_export", request.account.uuid, rate=EXPORT_RATE)
    file = File(write_csv(find_events(request.account, **form.cleaned_data)))
    trail.record(request.account, request.user, "audit.exported", request.account.uuid)
    name = f"audit-{timezone.now():%Y-%m-%d}.csv"
    return answer_file(request, file, name, "text/csv; charset=utf-8")
