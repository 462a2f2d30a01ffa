"""Where a guest comes from, so that it can be recognised and never read.

A device is a signed, http-only cookie that has nothing to do with the guest's own: another nickname
or a cleared conversation leaves it. A range of addresses is a /24 of IPv4 or a /48 of IPv6. Both
rest as HMACs under the secret key; what an earlier key made counts while that key is in
SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse

from accounts.base.sealing import BadToken, Signature, digest
from accounts.limits import rate_limits
from rooms.blocks.models import Block
from rooms.links.addresses import GUEST_PATH

# Not "device", by which members are known on every page.
COOKIE = "doorbell_device"
# The longest a browser keeps one.
COOKIE_AGE_S = 400 * 86_400
_devices = Signature("doorbell.guest.device", sep=":")


@dataclass(frozen=True, slots=True)
class Origin:
    """Digests under the present key first; `network` is empty where no address is known."""

    device_id: str
    device: tuple[str, ...]
    network: tuple[str, ...]

    def is_blocked(self) -> Exists:
        """Say of rows with an account whether it keeps this origin out: a subquery."""
        wanted = [*self.device, *self.network]
        blocks = Block.objects.active().filter(account=OuterRef("account"), digest__in=wanted)
        return Exists(blocks)

    def has_blocked_device(self) -> bool:
        """Say whether any account keeps the device itself out."""
        return Block.objects.active().filter(digest__in=self.device).exists()


def read_origin(request: HttpRequest) -> Origin:
    """Return where the request comes from; an unknown device gets a new name."""
    try:
        device_id = _devices.read(request.COOKIES.get(COOKIE, ""))
    except BadToken:
        device_id = uuid.uuid4().hex
    network = rate_limits.client_net(request)
    return Origin(
        device_id,
        digest(device_id, "doorbell.device"),
        digest(network, "doorbell.network") if network else (),
    )


def keep_device(request: HttpRequest, response: HttpResponse, origin: Origin) -> None:
    """Let the browser keep its device's name."""
    response.set_cookie(
        COOKIE,
        _devices.sign(origin.device_id),
        max_age=COOKIE_AGE_S,
        path=GUEST_PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
