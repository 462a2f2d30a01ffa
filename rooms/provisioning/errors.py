from __future__ import annotations

from accounts.base.errors import Conflict, DomainError, NotFound


class ExternalIdTaken(Conflict):
    """An account of this external_id is there, but its owner has another e-mail address."""

    code = "external_id_taken"
    text = "This external_id belongs to an account whose owner has another e-mail address."


class AccountDeleted(Conflict):
    """The account waits for its removal; restore it first."""

    code = "account_deleted"
    text = "This account is being deleted. Restore it first."


class EmailUnproven(Conflict):
    """Somebody signed up with this address and never proved that it is theirs."""

    code = "email_unproven"
    text = "Somebody signed up with this address and has not proven it yet."


class DuplicateRow(Conflict):
    """An earlier row of the same request has this external_id."""

    code = "duplicate_external_id"
    text = "An earlier row has this external_id."


class MalformedRow(DomainError):
    code = "malformed_row"
    text = "This row cannot be read."


class TooManyRows(DomainError):
    code = "too_many_rows"
    status = 413
    text = "Send fewer rows at once."


class BatchNotFound(NotFound):
    """No batch has this id."""

    code = "batch_not_found"


class BatchFinished(Conflict):
    """There is nothing left to cancel."""

    code = "batch_finished"
    text = "This batch is finished."
