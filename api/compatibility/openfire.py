"""Openfire's REST API plugin: `POST /plugins/restapi/v1/users`, in JSON or XML."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape, unescape

from django.http import HttpRequest, HttpResponse, JsonResponse

from api.compatibility.frame import (
    BadUser,
    UserExists,
    answer_nothing,
    find_caller,
    only_if_enabled,
    open_user,
    site_host,
)

XML = "application/xml"
# A parser for these five elements; a real one would have to be kept from entities and DTDs.
ELEMENT = re.compile(r"<(username|password|name|email)>([^<]*)</\1>")
QUOTES = {"&quot;": '"', "&apos;": "'"}


@only_if_enabled
def create_user(request: HttpRequest) -> HttpResponse:
    key = find_caller(request)
    if key is None:
        return answer_nothing(401)
    if request.method != "POST":
        return answer_nothing(405)
    user = _read_user(request)
    if user is None:
        return answer_nothing(400)
    name = user.get("username", "")
    if not name:
        return _refuse(
            request, 400, "users", "Could not create new user", "IllegalArgumentException"
        )
    if not user.get("password"):
        text = "Could not create new user, because password is null"
        return _refuse(request, 400, name, text, "PasswordIsNull")
    try:
        open_user(
            key,
            user=name,
            host=site_host(),
            password=user["password"],
            name=user.get("name", ""),
            mail=user.get("email", ""),
        )
    except UserExists:
        return _refuse(
            request, 409, name, "Could not create new user", "UserAlreadyExistsException"
        )
    except BadUser:
        return _refuse(request, 400, name, "Could not create new user", "IllegalArgumentException")
    return answer_nothing(201)


def _read_user(request: HttpRequest) -> dict[str, str] | None:
    """Return the texts of the body, None if it cannot be read."""
    try:
        text = request.body.decode()
        if "json" not in (request.content_type or ""):
            found = ELEMENT.findall(text)
            return {tag: unescape(value, QUOTES) for tag, value in found} if found else None
        given: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    return {tag: value for tag, value in given.items() if isinstance(value, str)}


def _refuse(
    request: HttpRequest, status: int, resource: str, message: str, exception: str
) -> HttpResponse:
    facts = {"resource": resource, "message": message, "exception": exception}
    wanted = request.headers.get("Accept", "*/*")
    wanted = (request.content_type or XML) if "*" in wanted or "," in wanted else wanted
    if "json" in wanted:
        return JsonResponse(facts, status=status)
    inner = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in facts.items())
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return HttpResponse(f"{head}<error>{inner}</error>", status=status, content_type=XML)
