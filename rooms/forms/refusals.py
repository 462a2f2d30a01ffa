from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.utils.translation import gettext

from accounts.errors import DomainError


@contextmanager
def shown_on(form: forms.BaseForm) -> Iterator[None]:
    """Show a refusal beside the field it is about, with everything else kept as typed.

    What the visitor may not see at all (404) passes through.
    """
    try:
        yield
    except DomainError as error:
        if error.status == 404:
            raise
        field = error.field if error.field in form.fields else None
        form.add_error(field, gettext(str(error)))
