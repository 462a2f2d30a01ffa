"""The way to the bot in Telegram, and where Telegram tells what members say to it."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.base.errors import Forbidden, NotFound
from accounts.team.access import MemberRequest, member_required
from rooms.links.qr import draw_qr
from rooms.notifications.channels import channel_of
from rooms.notifications.channels.codes import make_code
from rooms.notifications.channels.telegram import bot
from rooms.notifications.channels.telegram.answers import KIND, understand


@never_cache
@member_required
@require_safe
def show_code(request: MemberRequest) -> HttpResponse:
    """The way to the bot, with a code that tells it who comes. Raises NotFound without a bot."""
    _require_bot()
    url = bot.start_url(make_code(request.membership, KIND))
    return render(request, "rooms/notifications/telegram.html", {"url": url, "qr": draw_qr(url)})


# Telegram carries no cookie; the header is the secret we told it with the address.
@csrf_exempt
@require_POST
def take_update(request: HttpRequest) -> HttpResponse:
    """Take one update; the answer may be the call that Telegram makes for us.

    Raises NotFound where no bot is set up, Forbidden for whoever is not Telegram.
    """
    _require_bot()
    if not constant_time_compare(request.headers.get(bot.SECRET_HEADER, ""), bot.webhook_secret()):
        raise Forbidden
    try:
        update = json.loads(request.body)
    except (ValueError, RecursionError):
        return HttpResponse(status=204)
    answer = understand(update)
    return JsonResponse(answer) if answer else HttpResponse(status=204)


def _require_bot() -> None:
    """Raises NotFound."""
    if not channel_of(KIND).is_available:
        raise NotFound
