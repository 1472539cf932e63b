"""The thesis in one chart on a source's page, and how its author's words do."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forecasts.models import Forecaster
from tests import factories
from tracker.pages.effects import charts
from tracker.queries.effects import PairEffect, of_source
from tracker.scoring.effects import effect

from .conftest import DAY, Browse, World, estimate

pytestmark = pytest.mark.django_db
ADDRESS = "/sources/essay/"


def say(world: World, who: Forecaster, given_yes: float, given_no: float, at: dt.datetime) -> None:
    estimate(world.given_yes, who, given_yes, at)
    estimate(world.given_no, who, given_no, at)


def crowd(world: World, n: int, at: dt.datetime) -> None:
    for step in range(n):
        say(world, factories.forecaster(), 0.55 + step / 100, 0.5, at)


def section(client: Client, name: str) -> str:
    """The text of a section of the source's page, without its tags."""
    page = client.get(ADDRESS).content.decode()
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    assert found, page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def marks(client: Client) -> tuple[int, int, int]:
    """How many medians, intervals and own rings are drawn in the chart."""
    page = client.get(ADDRESS).content.decode()
    figure = re.search(r'<figure class="effects">.*?</figure>', page, re.DOTALL)
    drawn = figure[0] if figure else ""
    return drawn.count("<circle cx"), drawn.count('class="bar"'), drawn.count('class="you"')


def test_the_chart_shows_median_interval_and_oneself_in_numbers_too(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    crowd(world, 6, at - DAY)
    say(world, cast.ann, 0.4, 0.5, at - DAY)
    client = browse(cast.ann)
    text = section(client, "effects")
    assert "hold, by their median, 1 of 1 event more likely if P0 comes true and 0 less likely" in text
    assert "Of 1 interval, 0 lie wholly on the side that the text foretells" in text
    assert "+7 (−10 to +10), 7 people, you −10" in text
    assert "less likely if P0 comes true" in text
    assert marks(client) == (1, 1, 1)


def test_the_page_says_what_the_chart_does_not_show(browse: Browse, world: World) -> None:
    text = section(browse(None), "effects")
    assert "not how uncertain the effect is" in text
    assert "Nor is it causation" in text
    assert "no outcome will settle it" in text


def test_below_six_there_is_a_median_without_an_interval(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    crowd(world, 4, at - DAY)
    say(world, cast.ann, 0.9, 0.5, at - DAY)
    client = browse(cast.ann)
    assert "+7 5 people, you +40" in section(client, "effects")
    assert marks(client) == (1, 0, 1)


def test_a_visitor_sees_nothing_of_a_hidden_pair_not_even_that_it_has_a_crowd(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    nobody = section(browse(None), "effects")
    crowd(world, 8, at - DAY)
    assert section(browse(None), "effects") == nobody
    assert "hidden until you have estimated both" in nobody
    assert marks(browse(None)) == (0, 0, 0)
    estimate(world.given_yes, cast.bob, 0.9, at - DAY)
    assert section(browse(cast.bob), "effects") == nobody


def test_when_the_condition_resolves_the_chart_stays_as_it_was(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    crowd(world, 6, at - 2 * DAY)
    say(world, cast.ann, 0.9, 0.5, at - 2 * DAY)
    factories.resolution(world.premise, "no", at - DAY)
    text = section(browse(cast.ann), "effects")
    assert "+8 (+5 to +40), 7 people, you +40" in text
    assert "the numbers are those of the last moment before" in text


def test_nobody_on_both_is_said_in_words(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    say(world, cast.ann, 0.9, 0.5, at - 2 * DAY)
    estimate(world.given_no, cast.ann, None, at - DAY)
    assert "Nobody stands on both branches of a pair yet" in section(browse(cast.ann), "effects")
    assert marks(browse(cast.ann)) == (0, 0, 0)


def drawn(world: World, at: dt.datetime, predicts: str, *differences: float) -> list[PairEffect]:
    world.given_yes.predicts = predicts
    given = [0.5 + difference for difference in differences]
    (found,) = of_source("essay", user=factories.forecaster(), at=at)
    return [
        PairEffect(
            **(vars(found) | {"given_yes": world.given_yes, "effect": effect(given, [0.5] * len(given)), "own": None})
        )
    ]


@pytest.mark.parametrize(("predicts", "side"), [("yes", (1, 0)), ("no", (0, 1))])
def test_which_side_the_text_foretells_depends_on_what_bears_the_claim_out(
    world: World, at: dt.datetime, predicts: str, side: tuple[int, int]
) -> None:
    (chart,) = charts(drawn(world, at, predicts, *[0.1] * 6))
    assert (chart.tally.wholly_with, chart.tally.wholly_against) == side
    assert (chart.tally.bounded, chart.tally.undecided, chart.turned) == (1, 0, side[1])


@pytest.mark.parametrize(("largest", "span"), [(0.0, 0.1), (0.6 - 0.5, 0.1), (0.11, 0.2), (0.499, 0.5)])
def test_the_axis_is_even_on_both_sides_and_holds_every_mark(
    world: World, at: dt.datetime, largest: float, span: float
) -> None:
    (chart,) = charts(drawn(world, at, "yes", *[-largest] * 3, *[largest] * 3))
    assert (chart.span, chart.least) == (span, -span)
    (row,) = chart.rows
    assert (row.median, row.low, row.high) == pytest.approx((0.5, 0.5 - largest / span / 2, 0.5 + largest / span / 2))


def test_before_anything_resolves_the_author_has_words_and_no_score(browse: Browse, world: World) -> None:
    world.source.claims.filter(key="P0").update(hedge_word="may", hedge_scale="A published scale")
    text = section(browse(None), "authors")
    assert "translation and never its author’s own number" in text
    assert "Nothing scored yet: 2 forecasts inherit a word with a range" in text
    assert "“likely” A published scale" in text
    assert "55% to 80%" in text
    assert "Not scored, since no scale translates it: “may” (1 claim)" in text


def test_an_author_is_shown_by_midpoint_range_and_share_with_the_crowd_beside(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    say(world, cast.ann, 0.9, 0.5, at - 29 * DAY)
    factories.resolution(world.premise, "yes", at - 2 * DAY)
    factories.resolution(world.given_yes, "yes", at - DAY)
    factories.score(at=at)
    text = section(browse(None), "authors")
    assert "Provisional" in text
    assert "On 1 forecast the words score a Brier of 0.106 by their midpoints" in text
    assert "0.040 to 0.20" in text
    assert "Brier 0.106 for the midpoints, 0.010 for the crowd" in text
    assert "100% 21% to 100%" in text


def test_the_page_takes_the_same_queries_for_any_number_of_people(
    browse: Browse, world: World, at: dt.datetime
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            browse(None).get(ADDRESS)
        return len(captured)

    few = count()
    crowd(world, 4, at - DAY)
    assert count() == few
