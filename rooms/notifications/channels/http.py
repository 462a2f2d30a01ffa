"""What channels have in common whose provider takes a call by one HTTP request."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.base.errors import Invalid
from accounts.base.sealing import BadToken, open_secret, seal_secret
from accounts.targets.models import Target
from rooms.base import http
from rooms.notifications.channels.base import Channel, Dead, Result, Retry, Sent, Text
from rooms.notifications.channels.words import (
    Notice,
    ask_to_agree,
    tell_arrival,
    tell_digest,
    to_line,
)
from rooms.notifications.digests import Digest
from rooms.notifications.models import Delivery

REASON_MAX_CHARS = 180
TOKEN_MAX_CHARS = 200
WRONG_ADDRESS = "This is not such an address. Copy it as the service shows it."
WRONG_TOKEN = "This is not such a key. Copy it as the service shows it."
RETRY_AFTER_MAX_S = 86_400
# The address is closed to us, is not there, or does not take what we send.
DEAD_STATUSES = frozenset({400, 401, 403, 404, 410, 413, 422})


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a provider; the body goes as JSON unless it is bytes already."""

    url: str
    json: Mapping[str, Any] = field(default_factory=dict)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class HttpChannel(Channel):
    """A channel that hands a `Notice` over by one request. Proof is a tap on a first one's link."""

    proof_sent = _("We have sent a question to %s. It is called once somebody there has agreed.")
    proof_again = _("Ask again")
    proof_failed = _("The question could not be sent. Please try again in a minute.")
    # Where in its answer a provider says what was wrong, as keys of JSON.
    error_at: ClassVar[tuple[str, ...]] = ("error", "message")
    # Statuses after which no further try will do, and those that say the address is no more.
    dead_statuses: ClassVar[frozenset[int]] = DEAD_STATUSES
    gone_statuses: ClassVar[frozenset[int]] = frozenset()
    # For providers that say 200 also when they refuse: where their own code stands, what it is when
    # they took the call, and those after which no further try will do.
    code_at: ClassVar[str] = ""
    code_taken: ClassVar[int] = 0
    dead_codes: ClassVar[frozenset[int]] = frozenset()

    def parse(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return self.parse_text(str(values["address"]), str(values.get("token", "")))

    @abstractmethod
    def write(self, target: Target, notice: Notice) -> Request:
        """Return the request by which the provider is told. Raises BadToken."""

    def judge(self, answer: http.HttpResult) -> Result:
        """Return what the provider's answer means."""
        said = read_json(answer)
        code = said.get(self.code_at) if self.code_at else None
        if answer.is_success and (not self.code_at or code == self.code_taken):
            return Sent()
        known = code if isinstance(code, int) else None
        reason = to_line(f"{answer.status} {known or ''} {self.read_error(answer, said)}")
        reason = reason[:REASON_MAX_CHARS]
        if answer.status in self.dead_statuses or known in self.dead_codes:
            return Dead(reason, is_gone=answer.status in self.gone_statuses)
        wait_s = answer.read_retry_after() or self.read_wait_s(said)
        return Retry(reason, min(wait_s, RETRY_AFTER_MAX_S) if wait_s > 0 else None)

    def read_wait_s(self, said: Mapping[str, Any]) -> float:
        """Return the seconds to wait that the answer names beside Retry-After; 0 for none."""
        return 0

    def read_error(self, answer: http.HttpResult, said: Mapping[str, Any]) -> str:
        return next((str(said[key]) for key in self.error_at if said.get(key)), "")

    def send_proof(self, target: Target, confirm_url: str) -> Result:
        return self.hand_over(target, ask_to_agree(target, confirm_url))

    def send(self, delivery: Delivery) -> Result:
        return self.hand_over(delivery.target, tell_arrival(delivery))

    def send_digest(self, digest: Digest) -> Result:
        return self.hand_over(digest.delivery.target, tell_digest(digest))

    def hand_over(self, target: Target, notice: Notice) -> Result:
        if not self.is_available:
            return Retry("this channel is not set up here")
        try:
            return self.ask(self.write(target, notice))
        except BadToken:
            return Dead("the access token cannot be read any more")

    def ask(self, request: Request) -> Result:
        try:
            return self.judge(send(request))
        except http.UrlRefused as error:
            return Dead(str(error))
        except http.OutgoingError as error:
            return Retry(str(error))


def send(request: Request) -> http.HttpResult:
    """Raises OutgoingError."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Doorbell/1",
        **request.headers,
    }
    body = request.body or json.dumps(request.json, ensure_ascii=False).encode()
    return http.send(request.method, request.url, headers=headers, body=body)


def read_json(answer: http.HttpResult) -> dict[str, Any]:
    """Return the object in the answer's body; an empty one for anything else."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def check(text: str, pattern: re.Pattern[str], field: str) -> str:
    """Return the text without spaces around it if it has the provider's form. Raises Invalid."""
    text = text.strip()
    if not pattern.fullmatch(text):
        raise Invalid(WRONG_TOKEN if field == "token" else WRONG_ADDRESS, field=field)
    return text


def check_server(url: str, *, field: str = "address") -> str:
    """Return a server's own address without the slash at its end. Raises Invalid."""
    url = url.strip().rstrip("/")
    try:
        target = http.check_url(url)
    except http.UrlRefused as error:
        raise Invalid(str(error), field=field) from None
    if target.query:
        raise Invalid(WRONG_ADDRESS, field=field)
    return url


def refuse_token(token: str) -> None:
    """For channels that have none. Raises Invalid."""
    if token:
        raise Invalid("This channel has no token.", field="token")


def seal_token(text: str) -> str:
    """Return what stands as `token` of an address: `reseal` and the export know it by this name."""
    return seal_secret(text)


def mark(text: str) -> str:
    """Return what tells two secrets apart without telling what they are."""
    return salted_hmac("doorbell.target", text, algorithm="sha256").hexdigest()[:32]


def open_token(target: Target) -> str:
    """Raises BadToken."""
    return open_secret(target.address.get("token", ""))


def make_form(
    address: Text, placeholder: str, token: Text | None = None, *, is_needed: bool = True
) -> type[forms.Form]:
    """Return the form of a channel that has an address and, if `token` names it, a token."""
    fields: dict[str, Any] = {
        "address": forms.CharField(
            label=address,
            max_length=http.URL_MAX_CHARS,
            widget=forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off"}),
        )
    }
    if token is not None:
        fields["token"] = forms.CharField(
            label=token,
            required=is_needed,
            max_length=TOKEN_MAX_CHARS,
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        )
    return type("AddressForm", (forms.Form,), fields)
