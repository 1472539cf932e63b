"""One process of clients for `load`: speaks HTTP for so many seconds and prints how long each answer took, as JSON."""

import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

READ = (
    ("front page", "/"),
    ("list", "/forecasts/?status=open"),
    ("forecast", "/forecasts/{slug}/"),
    ("leaderboard", "/leaderboards/?measure=brier&settled=false"),
    ("API list", "/api/v1/forecasts/?status=open"),
    ("API forecast", "/api/v1/forecasts/{slug}/"),
)
# Of 1,000 requests of the mixed load.
ESTIMATING, RESOLVING = 190, 10
RESOLVER = "stocked1"


def main(plan: dict[str, Any]) -> None:
    holders = json.loads(Path(plan["tokens"]).read_text())
    with ThreadPoolExecutor(plan["clients"]) as clients:
        work = [clients.submit(client, plan, holders, number) for number in range(plan["clients"])]
        said: dict[str, Any] = {"taken": {}, "wrong": []}
        for taken, wrong in (each.result() for each in work):
            said["wrong"] += wrong
            for what, times in taken.items():
                said["taken"].setdefault(what, []).extend(times)
    json.dump(said, sys.stdout)


def client(plan: dict[str, Any], holders: dict[str, str], number: int) -> tuple[dict[str, list[float]], list[str]]:
    """One connection that stays open, until the time is up."""
    draw = Random(f"{plan['seed']} {number} {time.time()}")  # noqa: S311  # nothing here is secret
    taken: dict[str, list[float]] = {}
    wrong: list[str] = []
    ends = time.perf_counter() + plan["seconds"]
    with closing(http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=30)) as line:
        while time.perf_counter() < ends:
            what, method, path, body, who, expected = drawn(draw, plan)
            headers = {"Authorization": f"Token {holders[who]}", "Content-Type": "application/json"} if who else {}
            start = time.perf_counter()
            line.request(method, path, body, headers)
            answer = line.getresponse()
            content = answer.read()
            taken.setdefault(what, []).append(time.perf_counter() - start)
            if answer.status not in expected:
                wrong.append(f"{answer.status} {path}: {content[:200]!r}")
    return taken, wrong


def drawn(draw: Random, plan: dict[str, Any]) -> tuple[str, str, str, str | None, str, tuple[int, ...]]:
    """What is asked, how, by whom, and what may be answered: of two resolvers at once one is told so."""
    slug, who = f"stocked-{draw.randrange(*plan['running'])}", draw.choice(list(NAMES))
    kind = draw.randrange(1000) if plan["mix"] == "mixed" else 0
    if kind < ESTIMATING:
        body = json.dumps({"probability": draw.randrange(1, 100) / 100})
        return "estimate", "POST", f"/api/v1/forecasts/{slug}/estimates/", body, who, (201,)
    if kind < ESTIMATING + RESOLVING:
        due = f"stocked-{draw.randrange(*plan['open'])}"
        known_at = "2026-01-01T00:00:00Z"
        body = json.dumps({"outcome": draw.choice(["yes", "no"]), "known_at": known_at, "reason": "It was counted."})
        return "decision", "POST", f"/api/v1/forecasts/{due}/resolution/", body, RESOLVER, (200, 201, 409)
    what, path = draw.choice(READ)
    return what, "GET", path.format(slug=slug), None, "", (200,)


NAMES = [f"stocked{number}" for number in range(2, 501)]

if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
