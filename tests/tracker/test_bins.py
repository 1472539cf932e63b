"""The forecasts behind a bin of a reliability diagram: the same ones that its numbers are made of."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import DAY, NOW
from tracker.queries import bins, examples
from tracker.queries.calibration import Subject, calibration, subject
from tracker.queries.viewing import view
from tracker.scopes import Scope

from .test_boards import LATER, settle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=["narrow", "wide"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wide view is read another way, and shows the same."""
    if request.param == "wide":
        monkeypatch.setattr(examples, "WIDE", -1)


def listing(whose: Subject, number: int, **asked: object) -> bins.Listing:
    weighing = str(asked.pop("weighing", "time"))
    before = asked.pop("before", None)
    shown = view(**{"scope": Scope(), "settled": True} | asked)  # type: ignore[arg-type]
    return bins.behind(whose, shown, view=weighing, number=number, before=before)  # type: ignore[arg-type]


@pytest.mark.parametrize("whose", ["ann", "everyone", "crowd"])
@pytest.mark.parametrize("weighing", ["time", "final"])
def test_weights_and_outcomes_of_a_bin_add_up_to_its_numbers(cast: factories.Cast, whose: str, weighing: str) -> None:
    for number, outcome in enumerate(("yes", "no", "yes", "yes")):
        settle(cast, outcome, p=(0.72, 0.78, 0.3, 1 - 1 / 4)[number])
    moved = settle(cast, "no", p=0.35)
    factories.score(at=LATER)
    assert moved.pk
    given = {"ann": {"forecaster": cast.ann}, "everyone": {}, "crowd": {"crowd": "median"}}[whose]
    read = calibration(scope=Scope(), view=weighing, **given)  # type: ignore[arg-type]
    for number, each in enumerate(read.bins):
        found = listing(subject(**given), number, weighing=weighing)  # type: ignore[arg-type]
        assert (found.n, len(found.rows)) == (each.n, each.n)
        weight = sum(row.weight for row in found.rows)
        assert weight == pytest.approx(each.weight)
        if each.n:
            yes = sum(row.weight for row in found.rows if row.forecast.outcome == "yes")
            assert yes / weight == pytest.approx(each.observed_frequency)
            assert sum(row.weight * row.said for row in found.rows) / weight == pytest.approx(each.mean_probability)


def test_a_revision_within_the_time_puts_a_forecast_into_two_bins_by_its_time_in_each(cast: factories.Cast) -> None:
    made = factories.forecast()
    factories.estimate(made, cast.ann, 0.2, at=made.opens_at)
    factories.estimate(made, cast.ann, 0.6, at=made.opens_at + (made.closes_at - made.opens_at) / 4)
    factories.resolution(made, "yes", at=LATER, known_at=made.closes_at)
    factories.score(at=LATER)
    early, late = (listing(subject(forecaster=cast.ann), number).rows[0] for number in (2, 6))
    assert (early.weight, early.said) == (pytest.approx(0.25), pytest.approx(0.2))
    assert (late.weight, late.said) == (pytest.approx(0.75), pytest.approx(0.6))


def test_scope_year_and_settledness_narrow_it_as_they_narrow_the_diagram(cast: factories.Cast) -> None:
    tagged = settle(cast, tags=["odd"])
    settle(cast, opens_at=NOW - 900 * DAY, closes_at=NOW - 800 * DAY, at=NOW - 950 * DAY)
    early = factories.forecast()
    factories.estimate(early, cast.ann, 0.8, at=early.opens_at)
    factories.resolution(early, "yes", at=NOW + DAY)
    factories.score(at=NOW + DAY)
    factories.score(at=LATER - 400 * DAY + 2 * DAY)
    ann = subject(forecaster=cast.ann)

    def slugs(**asked: object) -> set[str]:
        return {row.forecast.slug for row in listing(ann, 8, **asked).rows}

    assert slugs(scope=Scope("tag", "odd"), settled=False) == {tagged.slug}
    assert early.slug in slugs(settled=False)
    assert early.slug not in slugs(settled=True)
    assert len(slugs(year=2025)) == 1


def test_what_is_no_longer_answered_is_not_shown_even_before_the_totals_know(cast: factories.Cast) -> None:
    made = settle(cast)
    factories.score(at=LATER)
    factories.resolution(made, "reopened", at=LATER, revision=1)
    assert listing(subject(forecaster=cast.ann), 8).rows == []


@pytest.mark.parametrize("whose", ["ann", "everyone"])
def test_pages_hold_each_forecast_once_in_the_same_number_of_queries(
    cast: factories.Cast, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    monkeypatch.setattr(bins, "PAGE", 2)
    made = {settle(cast).slug for _ in range(5)}
    factories.score(at=LATER)
    asked = subject(forecaster=cast.ann) if whose == "ann" else subject()
    seen, sizes, costs, before = list[str](), list[int](), set[int](), None
    while before is not None or not sizes:
        with CaptureQueriesContext(connection) as captured:
            page = listing(asked, 8, before=before)
        costs.add(len(captured))
        sizes.append(len(page.rows))
        seen += [row.forecast.slug for row in page.rows]
        before = page.after
    assert (sizes, set(seen), len(costs)) == ([2, 2, 1], made, 1)
