from __future__ import annotations

from django.db import models
from django.utils import timezone


class IdempotencyRecord(models.Model):
    """What a POST with an Idempotency-Key answered, kept for IDEMPOTENCY_HOURS."""

    # Who called ("key:<uuid>" or "user:<uuid> in <account uuid>") and the key they chose.
    caller = models.CharField(max_length=100)
    key = models.CharField(max_length=120)
    # SHA-256 of method, path and body: the same key may not name another request.
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    # Sealed, because an answer may show a secret that is shown only once.
    sealed_body = models.TextField(default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="idempotency_key_once")
        ]
        # Serves the sweep.
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.key} of {self.caller}"
