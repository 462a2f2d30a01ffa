"""The live side in Prometheus' words, read from plain counters when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from channels.layers import get_channel_layer
from django.db import connections
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis import RedisError

from accounts.base.redis import get_redis
from rooms.base import events
from signaling import bridge
from signaling.hub.hub import Hub
from signaling.hub.layer import HubLayer
from signaling.sessions.runtime import current_runtime


class SignalingCollector:
    """Counts on the hot path are plain integers; their price is paid here instead."""

    def collect(self) -> Iterable[Metric]:
        layer = cast(HubLayer, get_channel_layer())
        live = current_runtime()
        hub = live.hub if live else None
        topics = hub.topics if hub else {}
        rooms = [name for name in topics if name.startswith(events.ROOM) and topics[name].members]
        failed = layer.publishes_failed + (hub.link.publishes_failed if hub else 0)
        yield _gauge("sockets", "Open sockets", len(live.sessions) if live else 0)
        yield _gauge("rooms", "Rooms that somebody here is in", len(rooms))
        yield _gauge("topics", "Topics this process hears, those just left included", len(topics))
        yield _gauge("redis_up", "Whether events come in from Redis", _hears_redis(hub))
        yield _counter("frames_in", "Frames from clients", live.frames_in if live else 0)
        yield _counter("frames_out", "Events to clients", hub.frames_out if hub else 0)
        yield _counter("publishes_failed", "Events that did not reach Redis", failed)
        yield _counter("resyncs", "Sockets told to sync again", hub.resyncs if hub else 0)
        yield _counter("outbox_overflows", "Sockets too slow", live.overflows if live else 0)
        yield _gauge("bridge_waiting", "Calls that wait for or use the database", bridge.waiting)
        yield from _pool_gauges()


def register() -> None:
    """Let /metrics show the live side; once per process."""
    REGISTRY.register(cast(Any, SignalingCollector()))


def _hears_redis(hub: Hub | None) -> bool:
    """Nobody listens before the first socket came: until then Redis itself is asked."""
    if hub is not None and hub.link.started:
        return hub.link.up
    try:
        return bool(get_redis().ping())
    except RedisError:
        return False


def _pool_gauges() -> Iterable[Metric]:
    pool = getattr(connections["default"], "pool", None)
    stats = pool.get_stats() if pool is not None else {}
    for name in ("pool_size", "pool_available", "requests_waiting"):
        yield _gauge(f"database_{name}", "The connection pool", stats.get(name, 0))


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"doorbell_{name}", text, value=float(value))


def _counter(name: str, text: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"doorbell_{name}", text, value=float(value))
