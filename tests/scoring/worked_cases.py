"""Reads the worked cases: forecasts with their estimates and answers, as the arithmetic takes them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tracker.scoring.record import Estimates, Schedule

REFERENCE = Path(__file__).parent / "reference"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    slug: str
    schedule: Schedule
    estimates: Estimates
    known_at: int
    outcome: bool


def read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text) if text else float("nan")


def instant(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def instant_or_none(text: str) -> int | None:
    return instant(text) if text else None


def cases() -> Iterator[Case]:
    estimates = read("scores/estimates.csv")
    resolutions = {row["forecast"]: row for row in read("scores/resolutions.csv")}
    for row in read("scores/forecasts.csv"):
        slug, resolution = row["slug"], resolutions[row["slug"]]
        mine = [estimate for estimate in estimates if estimate["forecast"] == slug]
        yield Case(
            slug=slug,
            schedule=Schedule(
                instant(row["opens_at"]),
                instant(row["closes_at"]),
                instant_or_none(row["spot_at"]),
                instant_or_none(row["reveal_at"]),
            ),
            estimates=Estimates.of(
                forecaster=[int(estimate["forecaster"].removeprefix("f")) for estimate in mine],
                made_at=[instant(estimate["made_at"]) for estimate in mine],
                probability=[number(estimate["probability"]) for estimate in mine],
            ),
            known_at=instant(resolution["known_at"]),
            outcome=resolution["outcome"] == "yes",
        )
