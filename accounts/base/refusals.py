"""The HTML edge: how a refusal of the domain reaches somebody who looks at a page.

A whole page by default (DomainErrorMiddleware); beside the field or as a notice where the person
can put it right and should keep what they typed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.forms import BaseForm
from django.http import Http404, HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext, gettext_noop

from accounts.base.errors import (
    BodyTooLarge,
    DomainError,
    Forbidden,
    LimitReached,
    MalformedRequest,
    NotFound,
    Unavailable,
)

# Texts that are written where they are raised, listed here for the translators.
TEXTS = (
    gettext_noop("This is not possible."),
    gettext_noop("There is no such thing here."),
    gettext_noop("Your role does not allow this."),
    gettext_noop("Too many requests."),
    gettext_noop("This account is suspended."),
    gettext_noop("The service cannot answer right now."),
    gettext_noop("This account is being deleted already."),
    gettext_noop("This person is a member already."),
    gettext_noop("This invitation is no longer open."),
    gettext_noop("Confirm your e-mail address first."),
    gettext_noop("This invitation was sent to another address."),
    gettext_noop("An account needs an owner. Make somebody else owner first."),
    gettext_noop("This address is on your list already."),
    gettext_noop("This confirmation link is no longer valid."),
    gettext_noop("This sign-in link is no longer valid."),
)
# These say that the person is in the wrong place or too fast: nothing they typed is at fault.
_WHOLE_PAGE = {404, 410, 429}
# What the database says when it is away or busy.
_PASSING = (OperationalError, InterfaceError)
# How Django says that a form or a header cannot be read.
UNREADABLE = (MultiPartParserError, SuspiciousOperation, BadRequest)
# The first that fits: a body too large is a suspicious operation as well.
_OF_DJANGO: tuple[tuple[tuple[type[Exception], ...], type[DomainError]], ...] = (
    ((Http404,), NotFound),
    ((PermissionDenied,), Forbidden),
    ((RequestDataTooBig,), BodyTooLarge),
    (UNREADABLE, MalformedRequest),
)
# Where a refusal that passes does not say itself when to come back.
RETRY_AFTER_S = 3.0


def as_refusal(error: BaseException | None) -> DomainError | None:
    """Return what the caller is told of the error; None if it is a bug of ours.

    A database that is away or busy (a timeout, a deadlock, no connection left) is a refusal that
    passes: the transaction is undone and the same again may work.
    """
    if isinstance(error, DomainError):
        return error
    return Unavailable() if isinstance(error, _PASSING) else None


def translate(error: BaseException | None) -> DomainError | None:
    """Return the refusal that this is, be it Django's own; None if it is a bug of ours."""
    for kinds, refusal in _OF_DJANGO:
        if isinstance(error, kinds):
            return refusal()
    return as_refusal(error)


def retry_after(error: DomainError) -> dict[str, str]:
    """Return the Retry-After header, whole seconds, of a refusal that passes by itself."""
    if not error.temporary:
        return {}
    wait_s = getattr(error, "retry_after_s", RETRY_AFTER_S)
    return {"Retry-After": str(max(1, math.ceil(wait_s)))}


def explain(error: DomainError) -> str:
    """Return the refusal's sentence in the reader's language."""
    if isinstance(error, LimitReached):
        if error.limit == "invitations_a_day":
            said = gettext("Today’s %(allowed)s invitations are used up. Send more tomorrow (UTC).")
            return said % {"allowed": error.allowed}
        facts = {"limit": error.limit, "allowed": error.allowed}
        return gettext("The limit “%(limit)s” of this account is %(allowed)s.") % facts
    return gettext(str(error))


def as_words(deed: Callable[[], str]) -> str:
    """Return what the deed says, or the sentence of its refusal: the edge of a chat's bot."""
    try:
        return deed()
    except DomainError as error:
        return explain(error)


@contextmanager
def on_form(form: BaseForm, field: str | None = None) -> Iterator[None]:
    """Put a refusal beside the field it names, else `field`, else above the form.

    Look at form.is_valid() afterwards: a refused form is not.
    """
    try:
        yield
    except (DomainError, *_PASSING) as error:
        refusal = as_refusal(error)
        if refusal is None or refusal.status in _WHOLE_PAGE:
            raise
        named = refusal.field if refusal.field in form.fields else field
        form.add_error(named, explain(refusal))


@contextmanager
def as_notice(request: HttpRequest, done: Any = "") -> Iterator[None]:
    """Show a refusal as a notice on the next page, or else `done`."""
    try:
        yield
    except (DomainError, *_PASSING) as error:
        refusal = as_refusal(error)
        if refusal is None or refusal.status in _WHOLE_PAGE:
            raise
        messages.error(request, explain(refusal))
    else:
        if done:
            messages.success(request, done)
