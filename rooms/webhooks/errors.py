from __future__ import annotations

from accounts.base.errors import Conflict, NotFound


class WebhookNotFound(NotFound):
    """No webhook of this account has this id."""

    code = "webhook_not_found"


class WebhookDisabled(Conflict):
    """The webhook is switched off, so nothing can be sent to it again."""

    code = "webhook_disabled"
    text = "This webhook is switched off. Switch it on first."
