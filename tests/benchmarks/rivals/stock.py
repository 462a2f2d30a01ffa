"""A chat room as the Channels tutorial writes it; LAYER chooses the layer of channels_redis."""

from __future__ import annotations

import json
import os
import time

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

LAYERS = {
    # One process's sockets share one Redis list: with the default of 100 most frames vanish.
    "core": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"capacity": 100_000}},
    "pubsub": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {}},
}


def choose_layer():
    chosen = LAYERS[os.environ.get("LAYER", "core")]
    # No time limit on reading, or every idle consumer ends after five seconds.
    host = {"address": os.environ["REDIS_URL"], "socket_timeout": None}
    return {"default": {**chosen, "CONFIG": {**chosen["CONFIG"], "hosts": [host]}}}


settings.configure(SECRET_KEY="-", ALLOWED_HOSTS=["*"], CHANNEL_LAYERS=choose_layer())
django.setup()


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        self.room = self.scope["url_route"]["kwargs"]["room"]
        self.group = f"chat_{self.room}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data=None, bytes_data=None):
        data = json.loads(text_data)["data"]
        message = {
            "seq": None,
            "client_id": data["client_id"],
            "from": self.channel_name[-36:],
            "body": data["body"],
            "at": int(time.time() * 1000),
        }
        await self.channel_layer.group_send(
            self.group, {"type": "chat.message", "room": self.room, "message": message}
        )

    async def chat_message(self, event):
        frame = {"event": "message.posted", "room": event["room"], "data": event["message"]}
        await self.send(text_data=json.dumps(frame))


application = ProtocolTypeRouter(
    {"websocket": URLRouter([path("ws/<str:room>", ChatConsumer.as_asgi())])}
)
