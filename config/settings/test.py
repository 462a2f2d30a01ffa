"""The suite: tests/conftest.py starts the services and sets their addresses beforehand."""

from __future__ import annotations

from config import env
from config.settings import base
from config.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"
# The same in every process of a run: a browser is subscribed with it.
VAPID_PRIVATE_KEY = "b25seS1mb3ItdGVzdHMtMDEyMzQ1Njc4OWFiY2RlZmc"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PORT = env.read_int("PORT", 8000, minimum=1)
HOST = "127.0.0.1"

_site = env.read_url("SITE_URL", f"http://127.0.0.1:{PORT}", schemes={"http", "https"})
globals().update(
    base.derive(
        site_url=_site,
        origins=env.read_origins("WS_ALLOWED_ORIGINS", [_site, f"http://localhost:{PORT}"]),
        database_url=env.read_str("DATABASE_URL", "postgresql:///doorbell"),
        redis_url=env.read_str("REDIS_URL", "redis://localhost"),
        email=env.read_str("EMAIL_URL", "memory:"),
    )
)
DEFAULT_FROM_EMAIL = "Doorbell <doorbell@example.com>"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# Tests sign in all the time; the strength of the hash is not what they are about.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "rooms.links.hashers.PasscodeHasher",
]
