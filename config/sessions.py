"""Where sessions are kept: in the database, with the cache before it."""

from django.contrib.sessions.backends import cached_db


class SessionStore(cached_db.SessionStore):
    """Takes a key that Django cannot have made for none: PostgreSQL refuses to look for a null character."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) >= 8 and key.isascii() and key.isalnum()
