"""Prosody's mod_register_json: the form with a token and a verification, and the old form."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from typing import Any, cast

from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse

from accounts.base.redis import get_redis
from accounts.base.sealing import seal, unseal
from accounts.tenants.models import Account
from api.compatibility.frame import (
    BadUser,
    UserExists,
    clean_user,
    find_caller,
    find_platform_key,
    is_acceptable,
    only_if_enabled,
    open_user,
    site_host,
)

PENDING_S = 300
PURPOSE = "doorbell.prosody."
BAD_NAME = "Supplied username contains invalid characters, see RFC 6122."
MAIL_TAKEN = "The E-Mail Address provided matches the hash associated to an existing account."
EXISTS = "User already exists."


@only_if_enabled
def ask(request: HttpRequest) -> HttpResponse:
    """Take the facts of `/register_account/` and answer a UUID to be verified within 300 s."""
    if request.method != "POST":
        return _say("Bad method.", 405, Allow="POST")
    given = _decode(request.body)
    if given is None:
        return _say("Decoding failed.", 400)
    if not _has_texts(given, ("username", "password", "ip", "mail", "auth_token")):
        return _say("Invalid syntax.", 400)
    key = find_platform_key(request, given["auth_token"])
    if key is None:
        return _say("Auth token is invalid! The attempt has been logged.", 401)
    refusal = _refuse(given, site_host())
    return refusal if refusal is not None else _keep(given)


def _refuse(given: dict[str, str], host: str) -> HttpResponse | None:
    try:
        user = clean_user(given["username"])
    except BadUser:
        return _say(BAD_NAME, 406)
    address = f"{user}@{host}"
    if not is_acceptable({"external_id": address, "email": address, "name": user}):
        return _say(BAD_NAME, 406)
    if get_redis().exists(_pending_user(user)):
        return _say("Another user registration by that username is pending.", 401)
    if Account.objects.filter(external_id=address).exists():
        return _say(EXISTS, 409)
    mail = given["mail"].strip().lower()
    if EmailAddress.objects.filter(email=mail).exists() or get_redis().exists(_pending_mail(mail)):
        return _say(MAIL_TAKEN, 409)
    return None


def _keep(given: dict[str, str]) -> HttpResponse:
    """Hold the facts, sealed, because a password is among them; the name and mail are reserved."""
    token = str(uuid.uuid4())
    user = clean_user(given["username"])
    redis = get_redis()
    if not redis.set(_pending_user(user), token, ex=PENDING_S, nx=True):
        return _say("Another user registration by that username is pending.", 401)
    redis.set(_pending_mail(given["mail"].strip().lower()), token, ex=PENDING_S)
    redis.set(_pending(token), seal(json.dumps(given), PURPOSE), ex=PENDING_S)
    return HttpResponse(token, content_type="text/plain")


@only_if_enabled
def verify(request: HttpRequest) -> HttpResponse:
    """Open the account of a UUID; the form shows what a browser sees in between."""
    if request.method == "GET":
        return HttpResponse(FORM)
    if request.method != "POST":
        return _say("Invalid method.", 405)
    token = request.POST.get("uuid", "")
    sealed = cast(bytes | None, get_redis().get(_pending(token[:64])))
    if sealed is None:
        return HttpResponse(FAIL)
    given = json.loads(unseal(sealed.decode(), PURPOSE))
    key = find_platform_key(request, given["auth_token"])
    if key is None:
        return HttpResponse(FAIL)
    mail, user = given["mail"].strip(), clean_user(given["username"])
    try:
        open_user(key, user=user, host=site_host(), password=given["password"], mail=mail)
    except (BadUser, UserExists) as refusal:
        text = "Encountered server error while creating the user: "
        return _say(text + (EXISTS if isinstance(refusal, UserExists) else BAD_NAME), 500)
    get_redis().delete(_pending(token), _pending_user(user), _pending_mail(mail.lower()))
    return HttpResponse(SUCCESS)


@only_if_enabled
def register(request: HttpRequest) -> HttpResponse:
    """The old form: `/register_account` with Basic credentials, done at once."""
    if request.method != "POST":
        return _say("Bad method...\n", 405, Allow="POST")
    if "Authorization" not in request.headers:
        return _say("No... No...\n", 401, WWW_Authenticate='Basic realm="Restricted"')
    key = find_caller(request)
    if key is None:
        return _say("Who the hell are you?! Guards!\n", 401)
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        return _say("JSON Decoding failed.\n", 400)
    if not _has_texts(given, ("username", "password", "host", "ip")):
        return _say("Invalid syntax.\n", 400)
    try:
        open_user(key, user=given["username"], host=given["host"], password=given["password"])
    except UserExists:
        return _say(f"{EXISTS}\n", 409)
    except BadUser:
        return _say(f"{BAD_NAME}\n", 406)
    return _say("Done.\n", 200)


def _decode(body: bytes) -> Any:
    """Return what the base64 of JSON says, None if it says nothing."""
    try:
        return json.loads(base64.b64decode(body, validate=False))
    except (binascii.Error, ValueError, RecursionError):
        return None


def _has_texts(given: Any, names: tuple[str, ...]) -> bool:
    return isinstance(given, dict) and all(isinstance(given.get(name), str) for name in names)


def _pending(token: str) -> str:
    return f"register:{token}"


def _pending_user(user: str) -> str:
    return f"register:user:{user}"


def _pending_mail(mail: str) -> str:
    return f"register:mail:{mail}"


def _say(text: str, status: int, **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(text, status=status, content_type="text/plain", headers=named)


PAGE = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{0}</title><h1>{0}</h1>{1}'
FORM = PAGE.format(
    "Verify your registration",
    '<form method="post" action="/register_account/verify/"><label>UUID <input name="uuid">'
    "</label> <button>Verify</button></form>",
)
FAIL = PAGE.format("Verification failed", "<p>The UUID is unknown or has expired.</p>")
SUCCESS = PAGE.format("Registration complete", "<p>You can sign in now.</p>")
