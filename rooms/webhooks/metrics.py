"""What an operator watches: do programs learn what happened?"""

from __future__ import annotations

from prometheus_client import Counter

TRIES = Counter("doorbell_webhook_tries_total", "Tries by outcome.", ["outcome"])
DISABLED = Counter("doorbell_webhooks_disabled_total", "Webhooks switched off by the service.")
