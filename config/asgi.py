from __future__ import annotations

import os
from typing import Any, cast

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
pages = get_asgi_application()

# After Django is set up: the consumer's modules import models.
from config.servers.bodies import BodyLimit  # noqa: E402
from signaling.sessions.consumers import SessionConsumer  # noqa: E402

# Channels routes with Django's `path`, whose type knows views only.
sockets: Any = path("ws/", cast(Any, SessionConsumer.as_asgi()))

application = ProtocolTypeRouter(
    {"http": BodyLimit(cast(Any, pages)), "websocket": URLRouter([sockets])}
)
