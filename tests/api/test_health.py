"""Whether it lives and whether it can serve."""

from typing import Any

import pytest
from django.db import connections
from django.test import Client

pytestmark = pytest.mark.django_db


def test_it_lives(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_living_takes_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        client.get("/healthz")


def test_it_is_ready(client: Client) -> None:
    response = client.get("/readyz")
    expected = {"status": "ready", "database": "reachable", "broker": "reachable"}
    assert (response.status_code, response.json()) == (200, expected)


@pytest.mark.parametrize("address", ["unix:///nowhere/valkey.sock", "redis://127.0.0.1:1/0", ""])
def test_it_is_ready_without_the_broker_and_says_so(client: Client, settings: Any, address: str) -> None:
    settings.REDIS_URL = address
    response = client.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (200, "unreachable")


def test_it_is_not_ready_without_the_database(client: Client) -> None:
    broken = connections.create_connection("default")
    broken.settings_dict = broken.settings_dict | {"HOST": "/nowhere"}
    usual = connections["default"]
    connections["default"] = broken
    try:
        response = client.get("/readyz")
    finally:
        connections["default"] = usual
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_answers_to_reading_only(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200
