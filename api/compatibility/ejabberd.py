"""ejabberd's mod_http_api: `POST /api/register {"user", "host", "password"}`."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from api.compatibility.frame import BadUser, UserExists, find_caller, only_if_enabled, open_user

ARGUMENTS = ("user", "host", "password")
ALREADY_REGISTERED, CANNOT_REGISTER, NOT_AUTHORIZED = 10090, 10001, 10


@only_if_enabled
def register(request: HttpRequest) -> HttpResponse:
    key = find_caller(request)
    if key is None:
        return _refuse(401, NOT_AUTHORIZED, "You are not authorized to call this command.")
    try:
        given = json.loads(request.body or b"{}") if request.method == "POST" else _query(request)
    except (ValueError, RecursionError):
        return _answer("400 Bad Request", 400)
    if wrong := _find_wrong(given):
        return _answer(wrong, 400)
    who = f"{given['user']}@{given['host']}"
    try:
        open_user(key, user=given["user"], host=given["host"], password=given["password"])
    except UserExists:
        return _refuse(409, ALREADY_REGISTERED, f"User {who} already registered")
    except BadUser:
        return _refuse(500, CANNOT_REGISTER, f"Can't register user {who}: not acceptable")
    return _answer(f"User {who} successfully registered")


def _query(request: HttpRequest) -> dict[str, str]:
    return request.GET.dict()


def _find_wrong(given: Any) -> str:
    """Return what ejabberd says about these arguments, or ""."""
    if not isinstance(given, dict):
        given = {}
    for name in ARGUMENTS:
        if name not in given:
            return f"Request have missing argument: {name}"
    if unknown := [str(name) for name in given if name not in ARGUMENTS]:
        return f"Request have unknown arguments: [{','.join(unknown)}]"
    for name in ARGUMENTS:
        if not isinstance(given[name], str):
            return f"Arg {given[name]} is not in format binary"
    return ""


def _refuse(status: int, code: int, message: str) -> HttpResponse:
    return JsonResponse({"status": "error", "code": code, "message": message}, status=status)


def _answer(text: str, status: int = 200) -> HttpResponse:
    return JsonResponse(text, status=status, safe=False)
