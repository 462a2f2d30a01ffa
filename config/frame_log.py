"""Keeps Daphne's WebSocket library from writing a log line about every frame for nobody."""

from __future__ import annotations

import sys

MODULES = ("autobahn.websocket.protocol", "autobahn.twisted.websocket")


def spare_frame_log() -> None:
    """Autobahn 26 names and colours each frame it sends before it asks whether debug lines are
    wanted: a fifth of what a frame costs under Daphne. Plain names cost nothing.
    """
    for name in MODULES:
        # Only there when Daphne is the server.
        if (module := sys.modules.get(name)) is not None:
            vars(module).update(hltype=_name, hlval=_name)


def _name(thing: object) -> object:
    return thing
