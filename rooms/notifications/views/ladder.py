"""Whom a property calls, how and when: the steps, what they mean now, and their editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.base.errors import Invalid
from accounts.base.refusals import explain
from accounts.team.access import MemberRequest, manager_required
from rooms.notifications.channels import list_available
from rooms.notifications.ladder import (
    GROUPS,
    MAX_AFTER_S,
    MAX_STEPS,
    TEMPLATES,
    LadderStep,
    read_steps,
    set_ladder,
    tell,
    try_out,
)
from rooms.properties.access import get_property
from rooms.properties.models import Property

EMPTY_ROWS = 1


class StepForm(forms.Form):
    """One step; a row without a wait is none."""

    after_s = forms.IntegerField(
        label=gettext_lazy("After, seconds"), min_value=0, max_value=MAX_AFTER_S, required=False
    )
    who = forms.ChoiceField(label=gettext_lazy("Whom"))
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("How (none: everywhere)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, people: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who, channels = self.fields["who"], self.fields["channels"]
        assert isinstance(who, forms.ChoiceField)
        assert isinstance(channels, forms.MultipleChoiceField)
        who.choices = list(people.items())
        channels.choices = [(one.kind, one.title) for one in list_available()]


@never_cache
@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_ladder(request: MemberRequest, uuid: UUID) -> HttpResponse:
    """Show the steps, take changed ones, or start from a template. Raises PropertyNotFound."""
    property = get_property(request.account, uuid)
    property.account = request.account
    if request.method == "POST" and "template" in request.POST:
        steps = _read_template(request.POST["template"])
        return _store(request, property, [_to_row(step) for step in steps])
    rows = _make_rows(request, property)
    if request.method == "POST" and rows.is_valid():
        filled = [row.cleaned_data for row in rows if row.cleaned_data.get("after_s") is not None]
        try:
            return _store(request, property, filled)
        except Invalid as error:
            messages.error(request, explain(error))
    context = {
        "property": property,
        "rows": rows,
        "sentences": tell(property),
        "calls": try_out(property),
        "templates": [(name, title) for name, (title, _steps) in TEMPLATES.items()],
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "rooms/notifications/ladder.html", context, status=status)


def _store(
    request: MemberRequest, property: Property, rows: Iterable[Mapping[str, Any]]
) -> HttpResponse:
    """Raises Invalid."""
    set_ladder(property=property, steps=list(rows), actor=request.user)
    messages.success(request, _("Saved."))
    return redirect("rooms:property_ladder", property.uuid)


def _make_rows(request: HttpRequest, property: Property) -> BaseFormSet[StepForm]:
    members = property.account.memberships.select_related("user").order_by("id")
    people = dict(GROUPS) | {str(one.uuid): one.user.display_name for one in members}
    make = formset_factory(
        StepForm, extra=EMPTY_ROWS, max_num=MAX_STEPS, absolute_max=MAX_STEPS, validate_max=True
    )
    return make(
        request.POST or None,
        initial=[_to_row(step) for step in read_steps(property)],
        form_kwargs={"people": people},
    )


def _to_row(step: LadderStep) -> dict[str, Any]:
    return {"after_s": step.after_s, "who": step.who, "channels": list(step.channels)}


def _read_template(name: str) -> tuple[LadderStep, ...]:
    """Raises Invalid."""
    if name not in TEMPLATES:
        raise Invalid("There is no such template.", field="template")
    return TEMPLATES[name][1]
