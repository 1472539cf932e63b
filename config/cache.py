"""The cache, which may be lost at any time: throttling and sign-in go on without it."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def _forgiving(name: str, fallback: Callable[..., Any]) -> Callable[..., Any]:
    plain = getattr(RedisCache, name)

    @wraps(plain)
    def method(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return plain(self, *args, **kwargs)
        except RedisError as error:
            log.warning("cache unreachable, going on without it: %s: %s", name, error)
            return fallback(*args, **kwargs)

    return method


class ForgivingRedisCache(RedisCache):
    """Answers as an empty cache would when the server is away, and says so in the log."""

    add = _forgiving("add", lambda *_, **__: True)
    get = _forgiving("get", lambda _key, default=None, **_: default)
    set = _forgiving("set", lambda *_, **__: None)
    touch = _forgiving("touch", lambda *_, **__: False)
    delete = _forgiving("delete", lambda *_, **__: False)
    get_many = _forgiving("get_many", lambda *_, **__: {})
    has_key = _forgiving("has_key", lambda *_, **__: False)
    set_many = _forgiving("set_many", lambda *_, **__: [])
    delete_many = _forgiving("delete_many", lambda *_, **__: None)
    incr = _forgiving("incr", lambda _key, delta=1, **_: delta)
