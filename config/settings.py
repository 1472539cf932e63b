"""All settings, read from the environment. README.md lists the variables; .env.example explains each."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from environs import Env, validate
from psycopg.conninfo import conninfo_to_dict

from config import embedded
from config.guard import refuse_unsafe

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# Where it runs
ENVIRONMENT = env.str("ENVIRONMENT", "development", validate=validate.OneOf(["development", "production"]))
PRODUCTION = ENVIRONMENT == "production"
SECRET_KEY = env.str("SECRET_KEY", "development-only-" + "0" * 40)
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
# Where letters, feeds and calendars say that it is: nobody's request tells them.
_place = f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION and ALLOWED_HOSTS else "http://127.0.0.1:8000"
SITE_URL = (env.str("SITE_URL", "") or _place).rstrip("/")
DATABASE_URL = env.str("DATABASE_URL", "")
REDIS_URL = env.str("REDIS_URL", "")
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "json" if PRODUCTION else "plain", validate=validate.OneOf(["json", "plain"]))
if PRODUCTION:
    refuse_unsafe(SECRET_KEY, DEBUG, ALLOWED_HOSTS, DATABASE_URL, REDIS_URL)
else:
    # Where the embedded servers answer: without a name psycopg would try the machine's own.
    _embedded = embedded.urls(embedded.data_folder())
    DATABASE_URL, REDIS_URL = DATABASE_URL or _embedded.database, REDIS_URL or _embedded.redis

# What it is made of
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "tracker",
    "forecasts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "config.logs.request_ids",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.throttles.rate_limit_headers",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.pages.frame",
            ]
        },
    }
]

# Database. The pool is for the web process only: Celery closes a pool after each task.
DB_POOL = env.bool("DB_POOL", False)
WEB_THREADS = env.int("WEB_THREADS", 4)
_parts = conninfo_to_dict(DATABASE_URL)
SESSION = {
    # A worker that the network cut off must not hold its row lock for hours.
    "idle_in_transaction_session_timeout": 60_000,
    # The defaults are for disks that spin and for few, long questions. Ours are short and many at once: reading
    # along an index is cheap, and neither compiling nor starting processes for one of them pays.
    "random_page_cost": 1.1,
    "jit": "off",
    "max_parallel_workers_per_gather": 0,
}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _parts.pop("dbname", "forecast_tracker"),
        "USER": _parts.pop("user", ""),
        "PASSWORD": _parts.pop("password", ""),
        "HOST": _parts.pop("host", ""),
        "PORT": str(_parts.pop("port", "")),
        "CONN_MAX_AGE": 0 if DB_POOL else None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_parts,
            "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "connect_timeout": 5,
            **({"pool": {"min_size": 1, "max_size": WEB_THREADS + 2, "timeout": 5}} if DB_POOL else {}),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache and queue. Truth is in tables: both may be lost at any time.
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "ft",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
SESSION_ENGINE = "config.sessions"
_redis = urlsplit(REDIS_URL)
_socket = f"redis+socket://{_redis.path}?virtual_host={dict(parse_qsl(_redis.query)).get('db', '0')}"
CELERY_BROKER_URL = _socket if _redis.scheme == "unix" else REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "visibility_timeout": 300,
    # Otherwise each message to a server that is away is tried for 4 seconds and more, while somebody waits.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "forecast-tracker"
CELERY_BEAT_SCHEDULE = {
    "score what has no score yet": {"task": "tracker.tasks.score_pending", "schedule": 15.0},
    "fold scores into totals": {"task": "tracker.tasks.fold_scores", "schedule": 15.0},
    "register catalogues that wait": {"task": "forecasts.tasks.register_catalogues", "schedule": 15.0},
    "bring records along that wait": {"task": "forecasts.tasks.bring_imports", "schedule": 15.0},
    "work out crowds that changed": {"task": "forecasts.tasks.refresh_crowds", "schedule": 15.0},
    "seal the record": {"task": "forecasts.tasks.seal_record", "schedule": 60.0},
    "send the letters that are due": {"task": "tracker.tasks.send_letters", "schedule": 300.0},
    "draw pictures that wait": {"task": "tracker.tasks.draw_pictures", "schedule": 15.0},
    "make archives that wait": {"task": "tracker.tasks.make_archives", "schedule": 15.0},
    "tell webhooks": {"task": "tracker.tasks.tell_webhooks", "schedule": 15.0},
}
SCORE_BATCH = 50

# Accounts
AUTH_USER_MODEL = "forecasts.Forecaster"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
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
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", "mandatory" if PRODUCTION else "optional")
ACCOUNT_USERNAME_VALIDATORS = "forecasts.accounts.username_validators"
ACCOUNT_ADAPTER = "forecasts.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "forecasts.accounts.SignInForm",
    "signup": "forecasts.accounts.SignUpForm",
    "add_email": "forecasts.accounts.AddressForm",
    "change_password": "forecasts.accounts.PasswordForm",
    "reauthenticate": "forecasts.accounts.PasswordAgainForm",
    "reset_password": "forecasts.accounts.ResetForm",
    "reset_password_from_key": "forecasts.accounts.NewPasswordForm",
}
# One address, which a new one takes the place of once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Whoever changes a password or a second factor tells the holder of the address.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# After five failures signing in waits so many seconds.
SIGN_IN_OPENS_AFTER = 300
ACCOUNT_RATE_LIMITS = {"login_failed": f"10/m/ip,5/{SIGN_IN_OPENS_AFTER}s/key"}
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token", "AUTO_REFRESH": False}
USERSESSIONS_ADAPTER = "forecasts.services.sessions.SessionsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "forecasts.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "forecasts.accounts.CodeForm",
    "reauthenticate": "forecasts.accounts.CodeAgainForm",
    "activate_totp": "forecasts.accounts.FirstCodeForm",
}
MFA_TOTP_ISSUER = "Forecast Tracker"

# Mail
_mail = env.dj_email_url("EMAIL_URL", "console:")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
# A letter is sent inside the transaction that notes it, which must not wait for long.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Forecast Tracker <tracker@localhost>")

# Whether programs count in the crowds of forecasts that are registered from now on.
PROGRAMS_IN_CROWD = env.bool("PROGRAMS_IN_CROWD", True)

# Webhooks. Off, they reach public https addresses only, and nothing that lies behind this machine.
WEBHOOKS_TO_PRIVATE = env.bool("WEBHOOKS_TO_PRIVATE", False)

# What a watcher shows to read /metrics; without it there is no such address.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.authentication.CarefulTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsing.StrictJSON"],
    "DEFAULT_PAGINATION_CLASS": "config.pagination.Keyset",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["config.throttles.PerForecaster", "config.throttles.PerAddress"],
    "DEFAULT_THROTTLE_RATES": {"forecaster": "600/min", "address": "300/min"},
    "EXCEPTION_HANDLER": "config.problems.handler",
    "NUM_PROXIES": env.int("TRUST_PROXY", 0),
    "DEFAULT_VERSIONING_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Forecast Tracker",
    "DESCRIPTION": (BASE_DIR / "config" / "api.md").read_text(),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.describe_problems",
        "config.schema.give_examples",
    ],
    "ENUM_NAME_OVERRIDES": {
        "OutcomeEnum": "forecasts.models.Outcome",
        "EndingEnum": "forecasts.models.ENDED",
        "StatusEnum": "forecasts.models.Status",
        "DirectionEnum": "forecasts.models.Evidence.Direction",
        "BranchEnum": "forecasts.api.forecast_shapes.BRANCHES",
        "ViaEnum": "forecasts.models.Estimate.Via",
        "ImportStateEnum": "forecasts.models.Import.State",
        "OriginEnum": "forecasts.api.imports.FORMS",
    },
}

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_SSL = env.bool("SECURE_SSL", PRODUCTION)
SECURE_SSL_REDIRECT = SECURE_SSL
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL
SECURE_HSTS_PRELOAD = SECURE_SSL
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL
# Otherwise allauth, counting attempts per address, takes everybody behind a proxy for one.
ALLAUTH_TRUSTED_PROXY_COUNT = REST_FRAMEWORK["NUM_PROXIES"]
if REST_FRAMEWORK["NUM_PROXIES"]:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Language, time, files
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
# Elsewhere files are served from where they lie, and nothing is collected.
STATIC_ROOT = BASE_DIR / "static" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "config" / "static", ("vega", BASE_DIR / "build")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_MAX_AGE = 31_536_000 if PRODUCTION else 60

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"origin": {"()": "config.logs.Origin"}},
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s [%(origin)s]: %(message)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s %(task)s %(task_id)s",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["origin"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
