"""Production. Nothing that matters has a default: what is missing stops the start."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings import base
from config.settings.base import *  # noqa: F403

MIN_SECRET_CHARS = 50

SECRET_KEY = env.read_str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.read_list("SECRET_KEY_FALLBACKS", [])
if len(SECRET_KEY) < MIN_SECRET_CHARS:
    raise ImproperlyConfigured(f"SECRET_KEY must have at least {MIN_SECRET_CHARS} characters.")
ALLOWED_HOSTS = env.read_list("ALLOWED_HOSTS")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured('ALLOWED_HOSTS must name the hosts; "*" would trust every one.')
PORT = env.read_int("PORT", 8000, minimum=1)
HOST = env.read_str("HOST", "127.0.0.1")

globals().update(
    base.derive(
        site_url=env.read_url("SITE_URL", schemes={"https"}),
        origins=env.read_origins("WS_ALLOWED_ORIGINS"),
        database_url=env.read_str("DATABASE_URL"),
        redis_url=env.read_url("REDIS_URL", schemes={"redis", "rediss", "unix"}),
        email=env.read_str("EMAIL_URL"),
    )
)
DEFAULT_FROM_EMAIL = env.read_str("DEFAULT_FROM_EMAIL")

SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = env.read_bool("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.read_int("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
