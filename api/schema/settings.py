"""What drf-spectacular is told; config/settings/base.py takes it over, so no Django here."""

from __future__ import annotations

from typing import Any

DESCRIPTION = """\
Everything the dashboard does, a program can do here. Send an API key as
`Authorization: Bearer <key>`; the key says which account is meant. Times are UTC, ISO 8601.
Ids are UUIDs. Lists come in pages: pass `next` back as `cursor`. Unknown fields are refused.
Refusals are `application/problem+json` with a stable `code`.
"""

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Doorbell",
    "VERSION": "1",
    "DESCRIPTION": DESCRIPTION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["api.schema.openapi.finish_schema"],
}
