"""What every environment shares. Secrets, hosts and addresses come from dev, test or prod."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from api.schema.settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from config import env
from config.addresses import broker_url, content_sources, name_site, parse_email
from config.postgresql.addresses import parse_database
from config.settings.outgoing import *  # noqa: F403
from config.settings.outgoing import VAPID_SUBJECT
from config.settings.tasks import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LOCAL_DIR = Path(env.read_str("LOCAL_DIR", str(BASE_DIR / ".local")))

DEBUG = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "config.apps.StaticFilesConfig",
    "config.apps.ConfigConfig",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "accounts",
    "rooms",
    "signaling",
    "api",
]

MIDDLEWARE = [
    # Synchronous on purpose and first: one hop into a thread for the whole chain.
    "config.middleware.add_security_headers",
    # Before whatever minds the Host or the scheme.
    "config.middleware.answer_first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.base.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.base.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sign_in.middleware.SeenMiddleware",
    "accounts.team.middleware.AccountMiddleware",
    # The HTML edge; last, so that it is asked first about an exception of a view.
    "accounts.base.middleware.DomainErrorMiddleware",
]

CSRF_FAILURE_VIEW = "accounts.base.handlers.answer_csrf_failure"
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

FORM_RENDERER = "accounts.base.forms.FormRenderer"

# --- Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Who signs in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "rooms.links.hashers.PasscodeHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/inbox"
ACCOUNT_ADAPTER = "rooms.provisioning.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.sign_in.forms.SignUpFields"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "rooms.provisioning.forms.SignUpForm"}
# There is no account to ring before the code of the mail is given; see the adapter.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.sign_in.reset.ResetTokenGenerator"
# Known and unknown addresses get the same answer, after the same work: one mail each.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
# The folder whose mails the code page shows: only dev.py ever names one.
LOCAL_MAIL_FOLDER = ""
# What a stolen session must not do asks for the person first; see accounts.users.confirmation.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# The address from before is told of each change of address, password or second factor.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_RATE_LIMITS = {
    "login": env.read_str("RATE_SIGN_IN", "30/m/ip"),
    "login_failed": env.read_str("RATE_SIGN_IN_FAILED", "10/m/ip,5/300s/key"),
    "signup": env.read_str("RATE_SIGN_UP", "20/m/ip"),
    "confirm_email": env.read_str("RATE_CONFIRM_EMAIL", "6/10m/key"),
}
MFA_ADAPTER = "accounts.sign_in.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Doorbell"
# How long members have to set one up where their account demands it.
MFA_GRACE_DAYS = env.read_int("MFA_GRACE_DAYS", 7)

# --- Sessions and cookies
# cached_db: sessions survive an emptied Redis.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"

# --- Limits and clocks; the pairs that must agree are checked in config/checks/settings.py
PING_INTERVAL_S = env.read_int("PING_INTERVAL_S", 20, minimum=1)
PRESENCE_TTL_S = env.read_int("PRESENCE_TTL_S", 45, minimum=1)
PRESENCE_GRACE_S = env.read_int("PRESENCE_GRACE_S", 5)
REPLY_TIMEOUT_S = env.read_int("REPLY_TIMEOUT_S", 10, minimum=1)
TICKET_TTL_S = env.read_int("TICKET_TTL_S", 60, minimum=1)
RESUME_TTL_S = env.read_int("RESUME_TTL_S", 43_200, minimum=60)
WS_OUTBOX_FRAMES = env.read_int("WS_OUTBOX_FRAMES", 256, minimum=8)
WS_WINDOW_BYTES = env.read_int("WS_WINDOW_BYTES", 262_144, minimum=65_536)
WS_STALL_S = env.read_int("WS_STALL_S", 20, minimum=1)
WS_FRAMES_PER_S = env.read_int("WS_FRAMES_PER_S", 50, minimum=1)
WS_FRAMES_BURST = env.read_int("WS_FRAMES_BURST", 300, minimum=1)
WS_MESSAGES_PER_S = env.read_int("WS_MESSAGES_PER_S", 20, minimum=1)
WS_MESSAGES_BURST = env.read_int("WS_MESSAGES_BURST", 200, minimum=1)
# A test hook: this share of events is lost on purpose, to prove that clients heal.
HUB_DROP_PERCENT = env.read_int("HUB_DROP_PERCENT", 0)
DB_THREADS = env.read_int("DB_THREADS", 8, minimum=1)
VISIT_GAP_S = env.read_int("VISIT_GAP_S", 1800, minimum=1)
# Longer than a task may take (CELERY_TASK_TIME_LIMIT), so that nobody sends beside a live try.
DELIVERY_LEASE_S = env.read_int("DELIVERY_LEASE_S", 60, minimum=1)
# Wrong passcodes of one link: so many a day are free, then the wait doubles up to the longest.
PASSCODE_FREE_GUESSES = env.read_int("PASSCODE_FREE_GUESSES", 5, minimum=1)
PASSCODE_MAX_WAIT_S = env.read_int("PASSCODE_MAX_WAIT_S", 60, minimum=1)
# What a suspicious guest's browser tries at most, half of it on average (a slow phone does 20,000
# in a second); 0 asks nobody.
PROOF_MAX_NUMBER = env.read_int("PROOF_MAX_NUMBER", 20_000)
MESSAGE_MAX_CHARS = env.read_int("MESSAGE_MAX_CHARS", 8000, minimum=1)
ATTACHMENT_MAX_BYTES = env.read_int("ATTACHMENT_MAX_BYTES", 10_485_760, minimum=1)
# ClamAV's daemon, which sees files before anybody else does; without it none is scanned.
CLAMD_URL = env.read_url("CLAMD_URL", "", schemes={"tcp", "unix"})

RATE_LIMITS = {
    name: env.read_rate(f"RATE_{name.upper()}", default)
    for name, default in {
        "join": "60/60",
        # By one link; more are asked for a proof of work.
        "new_guests": "300/60",
        "page": "240/60",
        # An office behind one address is back at once after a restart; see sessions/handshakes.py.
        "handshake": "3000/60",
        "handshake_unsigned": "120/60",
        "api": "600/60",
        "api_anonymous": "60/60",
        "ticket": "120/60",
        "signup": "20/3600",
        "invite": "60/3600",
        "target": "20/3600",
        "platform": "6000/60",
        "enter": "60/3600",
        "guess": "100/3600",
        "upload": "20/60",
        # Of one target; more is told in a digest.
        "calls": "6/600",
        "calls_a_day": "40/86400",
        "guest_data": "30/60",
        "export": "3/86400",
        "transcript": "3/86400",
        "transcript_link": "50/86400",
    }.items()
}
LIMITS = {
    name: env.read_int(f"LIMIT_{name.upper()}", default)
    for name, default in {
        "members": 50,
        "properties": 200,
        "links": 10_000,
        "open_rooms": 10_000,
        "webhooks": 20,
        "rooms_an_hour": 20_000,
        "messages_a_minute": 30_000,
        "messages_a_day": 100_000,
        "invitations_a_day": 50,
        "upload_mib_a_day": 2048,
        # Of guests, in one process.
        "sockets": 20_000,
        "storage_mib": 1024,
        "api_requests_a_minute": 6000,
    }.items()
}
# Of one guest and of one link, and never more than a share of the account's: limits/quotas.py.
SCOPED_LIMITS = {
    scope: {
        name: env.read_int(f"{scope.upper()}_LIMIT_{name.upper()}", default)
        for name, default in defaults.items()
    }
    for scope, defaults in {
        "guest": {
            "rooms_an_hour": 20,
            "messages_a_minute": 300,
            "messages_a_day": 5_000,
            "upload_mib_a_day": 100,
            "sockets": 20,
        },
        "link": {
            "rooms_an_hour": 5_000,
            "messages_a_minute": 3_000,
            "messages_a_day": 40_000,
            "upload_mib_a_day": 500,
            "sockets": 5_000,
        },
    }.items()
}

# A closed account can be restored this long; then its rows are removed.
ACCOUNT_GRACE_DAYS = env.read_int("ACCOUNT_GRACE_DAYS", 14)
# Rooms that were left without a word are removed after so long; visits and calls stay.
WORDLESS_ROOM_HOURS = env.read_int("WORDLESS_ROOM_HOURS", 24, minimum=1)
COMPATIBILITY_API = env.read_bool("COMPATIBILITY_API", False)
METRICS_TOKEN = env.read_str("METRICS_TOKEN", "")
TRUSTED_PROXY_COUNT = env.read_int("TRUSTED_PROXY_COUNT", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Peers
STUN_URLS = env.read_list("STUN_URLS", [])
TURN_URLS = env.read_list("TURN_URLS", [])
TURN_SECRET = env.read_str("TURN_SECRET", "")
TURN_TTL_S = env.read_int("TURN_TTL_S", 600, minimum=60)

# --- The hub
CHANNEL_LAYERS = {"default": {"BACKEND": "signaling.hub.layer.HubLayer"}}

# --- PostgreSQL
# Pools cannot cross a fork, and a worker process runs one task at a time.
IS_WORKER = "celery" in Path(sys.argv[0]).parts
DB_POOL_SIZE = 0 if IS_WORKER else env.read_int("DB_POOL_SIZE", 20)
WEB_PROCESSES = env.read_int("WEB_PROCESSES", 1, minimum=1)
DATABASE_MAX_CONNECTIONS = env.read_int("DATABASE_MAX_CONNECTIONS", 100, minimum=20)
# For an address without one: nothing has to be quoted here.
DATABASE_PASSWORD = env.read_str("DATABASE_PASSWORD", "")
DB_POOLER = env.read_choice("DB_POOLER", "", {"", "transaction"})
# Past the pooler, for what needs a session of its own: migrations.
DATABASE_DIRECT_URL = env.read_str("DATABASE_DIRECT_URL", "")
MIGRATION_PATIENCE_S = env.read_int("MIGRATION_PATIENCE_S", 300)

# --- REST
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.AnyTextRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # Made one by one in api/; what forgets them answers nobody.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "UNAUTHENTICATED_USER": None,
}

# --- Static files
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.read_str("STATIC_ROOT", str(LOCAL_DIR / "static")))
MEDIA_ROOT = Path(env.read_str("MEDIA_ROOT", str(LOCAL_DIR / "media")))
# Files of conversations are read through Doorbell's own doors, by nobody else.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# The last two are pages of libraries that we do not show.
STATICFILES_IGNORED = ["CVS", ".*", "*~", "rest_framework", "django_filters"]
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.HashedStorage"},
}

# /styles shows all components: to staff, and to everybody where somebody develops.
SHOW_STYLES = False

# --- Headers
SECURE_REFERRER_POLICY = ["same-origin", "strict-origin"]
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.read_str("LOG_LEVEL", "WARNING")},
    "loggers": {
        # 4xx answers are the client's business; its paths carry link tokens.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Addresses of other services are keys to them.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # Both bring handlers of their own, which mask nothing.
        "django": {"handlers": []},
        "uvicorn": {"handlers": []},
        "uvicorn.error": {"handlers": []},
        "uvicorn.access": {"handlers": [], "level": "CRITICAL"},
    },
}


def derive(site_url: str, origins: list[str], database_url: str, redis_url: str, email: str) -> Any:
    """Return the settings that follow from the addresses, for dev, test and prod alike."""
    age_s = 60 if IS_WORKER else 0
    database = parse_database(
        database_url,
        password=DATABASE_PASSWORD,
        pool_size=DB_POOL_SIZE,
        max_age_s=age_s,
        pooler=DB_POOLER,
    )
    return {
        "SITE_URL": site_url,
        "WS_ALLOWED_ORIGINS": origins,
        "CSRF_TRUSTED_ORIGINS": origins,
        "REDIS_URL": redis_url,
        "CELERY_BROKER_URL": broker_url(redis_url),
        "DATABASES": {"default": database},
        "CACHES": {
            "default": {
                "BACKEND": "config.cache.ForgivingRedisCache",
                "LOCATION": redis_url,
                "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
                "KEY_PREFIX": "cache",
            }
        },
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": content_sources(origins)},
        "VAPID_SUBJECT": VAPID_SUBJECT or name_site(site_url),
        **parse_email(email),
    }
