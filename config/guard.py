"""What must hold before the service starts in production."""

from django.core.exceptions import ImproperlyConfigured


def refuse_unsafe(secret_key: str, debug: bool, hosts: list[str], database_url: str, redis_url: str) -> None:
    """Raise with every fault at once, each with its remedy."""
    faults = [
        fault
        for wrong, fault in (
            (
                secret_key.startswith("development-only") or len(secret_key) < 50,
                "SECRET_KEY must be set to 50 or more random characters.",
            ),
            (debug, "DEBUG must be off."),
            (not hosts or "*" in hosts, "ALLOWED_HOSTS must list the host names it answers to."),
            (not database_url, "DATABASE_URL must name the PostgreSQL server."),
            (not redis_url, "REDIS_URL must name the Valkey or Redis server."),
        )
        if wrong
    ]
    if faults:
        raise ImproperlyConfigured("Not safe to run in production: " + " ".join(faults))
