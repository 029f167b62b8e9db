"""Django's cache on Redis with one client for the process.

Django makes a client for every command, which costs four times as much as the command.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends import redis


class Client(redis.RedisCacheClient):
    def __init__(self, *servers: Any, **options: Any) -> None:
        super().__init__(*servers, **options)
        self._clients: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool_index(write)  # type: ignore[attr-defined]
        if pool not in self._clients:
            self._clients[pool] = super().get_client(key, write=write)
        return self._clients[pool]


class RedisCache(redis.RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client
