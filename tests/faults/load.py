"""Careful clients: each sends again, with the same key, until it is answered; and remembers what it was promised."""

import http.client
import itertools
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

PATIENCE = 90
# Below the rate that one forecaster may have.
PACE = 0.11
# What a fault may look like from outside: too many requests, or busy now. Anything else is a fault of ours.
AGAIN = {429, 503}
Answers = Counter[int | str]


@dataclass
class Promises:
    """What was answered 2xx, in all: nothing of it may ever be lost."""

    estimates: dict[str, tuple[str, float, int]] = field(default_factory=dict)
    resolutions: dict[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=Counter)


def send(url: str, token: str, body: dict[str, Any] | None, key: str = "") -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
    request = urllib.request.Request(url, data, headers | ({"Idempotency-Key": key} if key else {}))
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 0, type(error).__name__


class Client(threading.Thread):
    """One forecaster, one estimate after the other."""

    def __init__(self, address: str, token: str, slugs: Sequence[str], promises: Promises, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.address, self.token, self.slugs, self.promises = address, token, list(slugs), promises
        self.over = threading.Event()
        self.fault = ""

    def run(self) -> None:
        chance = random.Random(self.name)
        for number in itertools.count():
            if self.over.is_set() or self.fault or not self.slugs:
                return
            began = time.monotonic()
            self._estimate(chance.choice(self.slugs), round(chance.uniform(0.01, 0.99), 4), f"{self.name}-{number}")
            time.sleep(max(0.0, PACE - (time.monotonic() - began)))

    def _estimate(self, slug: str, probability: float, key: str) -> None:
        url, until = f"{self.address}/api/v1/forecasts/{slug}/estimates/", time.monotonic() + PATIENCE
        while time.monotonic() < until:
            status, said = send(url, self.token, {"probability": probability}, key)
            self.promises.answers[status or said] += 1
            if status in {200, 201}:
                self.promises.estimates[key] = (slug, probability, said["id"])
                return
            if status == 409 and "takes no estimates" in said:
                self.slugs.remove(slug)
                return
            if status and status not in AGAIN:
                self.fault = f"{key}: {status} {said[:500]}"
                return
            time.sleep(0.2)
        self.fault = f"{key} was not taken within {PATIENCE} seconds"


_rounds = itertools.count(1)


@contextmanager
def load(address: str, tokens: Sequence[str], slugs: Sequence[str], promises: Promises) -> Iterator[None]:
    """Estimates by everybody as long as the block runs; each is answered before it ends."""
    number = next(_rounds)
    clients = [Client(address, token, slugs, promises, f"{number}-{place}") for place, token in enumerate(tokens)]
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.over.set()
        for client in clients:
            client.join()
    assert [client.fault for client in clients if client.fault] == []


def decide(
    address: str, token: str, slug: str, outcome: str, promises: Promises, *, revision: int | None = None
) -> None:
    """Resolve, or correct that revision; sent again until it is on record, under a reason that nobody else gives."""
    reason = f"{slug} is {outcome} after {revision or 0}."
    body = {"outcome": outcome, "reason": reason, "known_at": timezone.now().isoformat(), "revision": revision}
    url, until = f"{address}/api/v1/forecasts/{slug}/resolution/", time.monotonic() + PATIENCE
    while time.monotonic() < until:
        status, said = send(url, token, body)
        promises.answers[status or said] += 1
        if status == 201 or (status == 409 and _on_record(url, token, reason)):
            promises.resolutions[reason] = slug
            return
        assert not status or status in AGAIN, f"{slug}: {status} {said}"
        time.sleep(0.2)
    raise AssertionError(f"{slug} could not be resolved within {PATIENCE} seconds")


def _on_record(url: str, token: str, reason: str) -> bool:
    status, said = send(url, token, None)
    return status == 200 and any(row["reason"] == reason for row in said["revisions"])
