"""What Schemathesis has to be told: these bodies are text that we read line by line."""

from __future__ import annotations

import schemathesis


@schemathesis.serializer("application/x-ndjson", "text/csv")
def write_text(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")
