from __future__ import annotations

from typing import Any

from rest_framework.renderers import JSONRenderer


class AnyTextRenderer(JSONRenderer):
    """JSON in UTF-8; where a refusal repeats half a surrogate, which has none, in ASCII."""

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        try:
            return super().render(data, *args, **kwargs)
        except UnicodeEncodeError:
            # Declared for the class, read through the instance.
            self.ensure_ascii = True  # type: ignore[misc]
            return super().render(data, *args, **kwargs)
