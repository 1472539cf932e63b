"""A client that speaks JSON, and what a refusal must look like."""

import json
from itertools import count
from typing import Any

from django.test import Client

from forecasts.models import Forecaster

# Visitors are counted by address, and each test is somebody else.
_address = count(1)
PREFIX = "/api/v1/"


class Api:
    prefix = PREFIX

    def __init__(self, user: Forecaster | None = None, **headers: str) -> None:
        number = next(_address)
        self.client = Client(
            REMOTE_ADDR=f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}", headers=headers
        )
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, **parameters: Any) -> Any:
        return self.client.get(self.prefix + path, parameters or None)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("PATCH", path, body, **headers)

    def _send(self, method: str, path: str, body: Any, **headers: str) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.generic(method, self.prefix + path, text, content_type="application/json", headers=headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(self.prefix + path)

    def ask(self, method: str, path: str) -> Any:
        return self.client.generic(method, self.prefix + path)


class Bot(Api):
    """What speaks to the adapter as it would to Metaculus."""

    prefix = "/compat/metaculus/api/"


def refusal(response: Any, status: int, field: str | None = None) -> dict[str, Any]:
    """The first fault of a problem, after checking that it is one and has the status and the field."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert body["errors"][0]["field"] == field, body
    assert body["errors"][0]["detail"]
    first: dict[str, Any] = body["errors"][0]
    return first


def everything(api: Api, path: str) -> list[dict[str, Any]]:
    """All rows of a list, page after page."""
    rows, address = [], PREFIX + path
    while address:
        page = api.client.get(address).json()
        rows += page["results"]
        address = page["next"]
    return rows
