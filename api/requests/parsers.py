from __future__ import annotations

import json
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.utils.json import strict_constant

from api.errors import MalformedForm, MalformedJson


class JsonParser(BaseParser):
    """UTF-8 JSON without NaN; whatever is wrong with it is one refusal."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        try:
            return json.loads(stream.read().decode(), parse_constant=strict_constant)
        # A thousand brackets deep is a RecursionError; a number of 5,000 digits a ValueError.
        except (ValueError, RecursionError):
            raise MalformedJson from None


class FormParser(MultiPartParser):
    """A form with a file; whatever is wrong with it is one refusal."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except (ParseError, SuspiciousOperation):
            raise MalformedForm from None
