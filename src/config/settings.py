"""Django settings. Everything that differs between places comes from the environment.

`qijie check` explains each setting that is missing or unsafe (see `qijie.setup.checks`).
"""

import os
from pathlib import Path

from config import environment
from config.databases import databases

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(environment.text("QIJIE_VAR", str(ROOT / "var")))

DEMO = environment.flag("QIJIE_DEMO", default=False)
DEBUG = environment.flag("QIJIE_DEBUG", default=False)
SECRET_KEY = environment.secret("QIJIE_SECRET_KEY")
# What seals second factors; newest first, separated by commas.
ENCRYPTION_KEYS = [key for key in environment.secret("QIJIE_ENCRYPTION_KEYS").split(",") if key]
ALLOWED_HOSTS = environment.words("QIJIE_HOSTS", "127.0.0.1,localhost,[::1],testserver")
CSRF_TRUSTED_ORIGINS = environment.words("QIJIE_ORIGINS")
# Whom to tell of a weakness (mailto: or https:), for /.well-known/security.txt.
SECURITY_CONTACT = environment.text("QIJIE_SECURITY_CONTACT")
PUBLIC_ADDRESS = environment.text(
    "QIJIE_PUBLIC_ADDRESS", f"http://127.0.0.1:{environment.text('PORT') or '8000'}"
)
TRUSTED_PROXY_COUNT = environment.number("QIJIE_TRUSTED_PROXY_COUNT", 0)
HTTPS = environment.flag("QIJIE_HTTPS", default=False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.gis",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    # Before allauth: its sign-in pages are drawn anew under the same names.
    "qijie.ui",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_linear_migrations",
    "procrastinate.contrib.django",
    "qijie.records",
    "qijie.accounts",
    "qijie.territory",
    "qijie.teams",
    "qijie.issues",
    "qijie.boards",
    "qijie.redrawing",
    "qijie.outbound",
    "qijie.setup",
    "qijie.surfaces.portal",
    "qijie.surfaces.field",
    "qijie.surfaces.console",
]

MIDDLEWARE = [
    "qijie.web.away.AwayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "qijie.web.headers.HeadersMiddleware",
    "qijie.web.body.BodyMiddleware",
    "qijie.web.input.InputMiddleware",
    "qijie.web.links.LinkMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qijie.accounts.idle.IdleMiddleware",
    "qijie.accounts.sending.SendingMiddleware",
    "qijie.teams.gate.GateMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "qijie.ui.context.page",
            ],
            "builtins": ["qijie.ui.templatetags.posted_for"],
        },
    },
]

DATABASES = databases(os.environ)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The table is made by `qijie migrate`. allauth's limits and its replay guard live in the cache, so
# it has to be shared by all processes; a database table spares the operator one more server.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "qijie_cache",
    }
}

# Who signs in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "qijie.accounts.demo.NotTheDemoPassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "qijie.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "qijie.accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# Wrong passwords and codes are counted in one place, `accounts.actions.tries`: a second counter
# with another idea of who and from where would be a way to shut somebody out.
ACCOUNT_RATE_LIMITS = dict.fromkeys(
    ("login", "login_failed", "reauthenticate", "change_password"), None
)
MFA_ADAPTER = "qijie.accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "qijie.accounts.forms.CodeForm",
    "reauthenticate": "qijie.accounts.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "齐解"
# Shown but optional in the demo; elsewhere every post whose kind asks for it (refdata) needs it.
MFA_REQUIRED = environment.flag("QIJIE_MFA_REQUIRED", default=not DEMO)

# A page every stranger is shown alike is drawn once a minute.
PAGES_DRAWN_ONCE = True

# Browser rules
SESSION_COOKIE_AGE = 12 * 60 * 60
IDLE_MINUTES = environment.number("QIJIE_IDLE_MINUTES", 120)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-qijie" if HTTPS else "qijie"
CSRF_COOKIE_NAME = "__Host-qijie-csrf" if HTTPS else "qijie-csrf"
CSRF_COOKIE_HTTPONLY = True
# In which browsers whom was signed in before; see `accounts.devices`.
DEVICE_COOKIE_NAME = "__Host-qijie-device" if HTTPS else "qijie-device"
CSRF_FAILURE_VIEW = "qijie.ui.errors.csrf_failed"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# No inline script or style, no other host, nothing evaluated; `qijie.ui` is built to live with it.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Bodies: a 1 MB text is refused by the form with a sentence, not by the server with a blank page.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# How long a body may take, before the time its length is given at the slowest rate (qijie.web).
BODY_GRACE_SECONDS = environment.number("QIJIE_BODY_GRACE_SECONDS", 20)
# What strangers of one network may send at once: a report is one unit, a photo or a megabyte
# another. All of it comes back within 1,000 seconds (qijie.web.cost).
INTAKE_UNITS = environment.number("QIJIE_INTAKE_UNITS", 6000)
PHOTO_FOLDER = Path(environment.text("QIJIE_PHOTO_FOLDER", str(VAR / "photos")))
BOARD_FOLDER = Path(environment.text("QIJIE_BOARD_FOLDER", str(VAR / "boards")))

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "qijie.ui.storage.HashedAssets"
        )
    }
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

EMAIL_BACKEND = environment.text(
    "QIJIE_EMAIL_BACKEND",
    "django.core.mail.backends.filebased.EmailBackend"
    if DEMO
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST = environment.text("QIJIE_EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("QIJIE_EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("QIJIE_EMAIL_USER")
EMAIL_HOST_PASSWORD = environment.secret("QIJIE_EMAIL_PASSWORD")
EMAIL_USE_TLS = environment.flag("QIJIE_EMAIL_TLS", default=False)
# Of each answer: a server that accepts and says nothing must not hold the letters behind.
EMAIL_TIMEOUT = environment.number("QIJIE_EMAIL_TIMEOUT", 10)
EMAIL_GIVE_UP_HOURS = environment.number("QIJIE_EMAIL_GIVE_UP_HOURS", 48)
DEFAULT_FROM_EMAIL = environment.text("QIJIE_EMAIL_FROM", "qijie@localhost")

# To standard error, where the supervisor or the service manager keeps it. Requests that end in an
# error say where, never what was typed, and never a private link or a code (`qijie.web.log`).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_secrets": {"()": "qijie.web.log.NoSecrets"}},
    "formatters": {
        "line": {
            "()": "qijie.access.quiet.QuietFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["no_secrets"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}

# How many days the worker keeps what nobody needs any more.
# Keys of reports: longer than a phone may be without a network.
KEPT_DAYS = {
    "expired": 0,
    # Who comes back to a page later than this is answered by the rules, not from memory.
    "forms": 1,
    "jobs": environment.number("QIJIE_KEEP_JOBS_DAYS", 7),
    "keys": environment.number("QIJIE_KEEP_KEYS_DAYS", 90),
    "letters": environment.number("QIJIE_KEEP_LETTERS_DAYS", 30),
    "numbers": 7,
    "misses": environment.number("QIJIE_KEEP_MISSES_DAYS", 180),
    "notices": environment.number("QIJIE_KEEP_NOTICES_DAYS", 90),
    "tries": environment.number("QIJIE_KEEP_TRIES_DAYS", 30),
    "timers": environment.number("QIJIE_KEEP_TIMERS_DAYS", 30),
    "unread": environment.number("QIJIE_KEEP_UNREAD_DAYS", 730),
}

# The place
REFERENCE_FOLDER = Path(environment.text("QIJIE_REFDATA", str(ROOT / "refdata")))
PROFILE_FOLDER = Path(environment.text("QIJIE_PROFILE", str(ROOT / "profiles" / "jianghan")))
# Whose desk takes reports that say no place.
HOME_PATH = environment.text("QIJIE_HOME_PATH", "420103008")
# Households of a general grid. Source: practice in Jiangsu, about 1,000 people.
GRID_HOUSEHOLD_BAND = (
    environment.number("QIJIE_GRID_HOUSEHOLDS_MIN", 300),
    environment.number("QIJIE_GRID_HOUSEHOLDS_MAX", 500),
)
# People of a general grid, for drawings that balance people instead of households.
GRID_PEOPLE_BAND = (
    environment.number("QIJIE_GRID_PEOPLE_MIN", 800),
    environment.number("QIJIE_GRID_PEOPLE_MAX", 1250),
)
# Source: 第七次全国人口普查公报（第二号）, 2.62 persons in a family household.
PERSONS_PER_HOUSEHOLD = environment.number("QIJIE_PERSONS_PER_100_HOUSEHOLDS", 262) / 100
GRID_SUFFIX_WIDTH = environment.number("QIJIE_GRID_SUFFIX_WIDTH", 3)

# Debian's GDAL 3.6 is older than GeoDjango's newest tested one; no file of ours is read by it.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
