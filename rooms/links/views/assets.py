"""What any browser may fetch and keep: QR codes and colours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import register_converter
from django.views.decorators.http import require_safe

from accounts.limits import rate_limits
from rooms.links.access import look_up, open_link
from rooms.links.addresses import link_url
from rooms.links.errors import LinkGone, LinkNotFound
from rooms.links.qr import draw_qr
from rooms.properties.color import theme_for

# A revoked link's code may live on this long in a cache; it leads nowhere.
QR_CACHE_S = 300
THEME_CACHE_S = 31_536_000


class HexColor:
    """Six hexadecimal digits in small letters."""

    regex = "[0-9a-f]{6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(HexColor, "hex_color")


@require_safe
def show_qr(request: HttpRequest, address: str) -> HttpResponse:
    """The link's address as a picture, while it leads somewhere.

    Raises LinkNotFound, LinkGone, RateLimited.
    """
    rate_limits.hit("page", rate_limits.client_address(request))
    try:
        link = open_link(address)
    except LinkGone:
        # A readable address can be guessed: of that nobody learns that there was one.
        if look_up(address).token != address:
            raise LinkNotFound from None
        raise
    svg = draw_qr(link_url(link))
    # Inline it needs no namespace, as a file of its own it does.
    document = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    response = HttpResponse(document, content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={QR_CACHE_S}"
    return response


@require_safe
def show_theme(request: HttpRequest, color: str, part: bool = False) -> HttpResponse:
    """A colour as a stylesheet, for the page or only for a part of it; see rooms.color."""
    where = f".theme-{color}" if part else ":root"
    tokens = theme_for(f"#{color}").items()
    light = "".join(f"--{name}:{values[0]};" for name, values in tokens)
    dark = "".join(f"--{name}:{values[1]};" for name, values in tokens)
    text = f"{where}{{{light}}}@media (prefers-color-scheme:dark){{{where}{{{dark}}}}}"
    response = HttpResponse(text, content_type="text/css")
    response["Cache-Control"] = f"public, max-age={THEME_CACHE_S}, immutable"
    return response
