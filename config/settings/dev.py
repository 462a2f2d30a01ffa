"""`make run` and everyday work: like production, but with secrets and services of its own."""

from __future__ import annotations

from pathlib import Path

from config import env
from config.local import services

# Before base, which reads the environment.
env.load_file(Path(__file__).resolve().parent.parent.parent / ".env")

from config.settings import base  # noqa: E402
from config.settings.base import *  # noqa: E402, F403

DEBUG = env.read_bool("DEBUG", False)
PORT = env.read_int("PORT", 8000, minimum=1)
HOST = env.read_str("HOST", "127.0.0.1")
ALLOWED_HOSTS = env.read_list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SECRET_KEY = env.read_str("SECRET_KEY", "") or services.read_secret_key(base.LOCAL_DIR)

VAPID_PRIVATE_KEY = base.VAPID_PRIVATE_KEY or services.read_vapid_key(base.LOCAL_DIR)

_site = env.read_url("SITE_URL", f"http://localhost:{PORT}", schemes={"http", "https"})
_places = services.read_places(base.LOCAL_DIR)
globals().update(
    base.derive(
        site_url=_site,
        origins=env.read_origins(
            "WS_ALLOWED_ORIGINS",
            sorted({_site, f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT}"}),
        ),
        database_url=env.read_str("DATABASE_URL", "") or _places.database_url,
        redis_url=env.read_str("REDIS_URL", "") or _places.redis_url,
        email=env.read_str("EMAIL_URL", f"file://{base.LOCAL_DIR}/mail"),
    )
)
# Without a mail server the code page shows the mail itself.
LOCAL_MAIL_FOLDER = str(globals().get("EMAIL_FILE_PATH", ""))
DEFAULT_FROM_EMAIL = env.read_str("DEFAULT_FROM_EMAIL", "Doorbell <doorbell@localhost>")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
SHOW_STYLES = True
