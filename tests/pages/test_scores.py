"""The scores of a forecast: everybody's in pages, and how one's own came about."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tracker.models import Score
from tracker.pages import scores

from .conftest import DAY, Browse, World, estimate, forecast
from .test_reading import text

pytestmark = pytest.mark.django_db
PAGE = "/forecasts/resolved/scores/"


def crowded(number: int, at: dt.datetime) -> None:
    """One on which so many stood, the first nearest to the truth."""
    made = forecast("crowded", at, closes=-3)
    for place in range(number):
        factories.estimate(made, factories.forecaster(f"person{place}"), 0.9 - place / 100, at - 20 * DAY)
    factories.resolution(made, "yes", at - DAY)
    factories.score(at=at)


def test_ones_own_score_is_the_worked_example(browse: Browse, world: World, cast: factories.Cast) -> None:
    html = browse(cast.ann).get(PAGE).content.decode()
    own = Score.objects.get(forecast=world.resolved, forecaster=cast.ann)
    said = text(html.split('id="account"')[1].partition("</section>")[0])
    assert "How your score came about" in text(html)
    assert f"earned +{own.baseline:.1f} against always saying one half" in said
    assert f"+{own.peer:.1f} against the others who stood at the same moments" in said
    table = said.split("The sums are the scores.")[1]
    assert "80%" in table
    assert f"Together {100 * own.coverage:.2f}% +{own.baseline:.2f} +{own.peer:.2f} {own.brier:.4f}" in table
    assert 'data-src-accrual="/api/v1/forecasts/resolved/scores/ann/"' in html


def test_a_visitor_sees_the_board_and_may_ask_how_a_score_came_about(browse: Browse, world: World) -> None:
    client = browse(None)
    html = client.get(PAGE).content.decode()
    assert 'id="account"' not in html
    assert f'href="{PAGE}?forecaster=bob#account"' in html
    shown = client.get(PAGE, {"forecaster": "bob"}).content.decode()
    assert "How the score of bob came about" in shown
    assert "bob stood for" in shown
    assert client.get("/api/v1/forecasts/resolved/scores/bob/").json()["parts"][0]["probability"] == 0.6


def test_who_did_not_stand_has_nothing_to_take_apart_and_who_is_not_there_is_not_found(
    browse: Browse, world: World
) -> None:
    client = browse(None)
    assert "curator did not stand here" in client.get(PAGE, {"forecaster": "curator"}).content.decode()
    assert client.get(PAGE, {"forecaster": "nobody"}).status_code == 404
    for name in ("curator", "nobody"):
        assert client.get(f"/api/v1/forecasts/resolved/scores/{name}/").status_code == 404


@pytest.mark.parametrize("slug", ["premise", "annulled"])
def test_nothing_is_taken_apart_while_there_is_no_score(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, slug: str
) -> None:
    estimate(world.premise, cast.bob, 0.37, at - DAY)
    html = browse(cast.ann).get(f"/forecasts/{slug}/scores/", {"forecaster": "bob"}).content.decode()
    assert 'id="account"' not in html
    assert "37%" not in html
    assert browse(cast.ann).get(f"/api/v1/forecasts/{slug}/scores/bob/").status_code == 404


def test_a_board_of_many_comes_in_pages_with_ones_own_row_on_each(
    browse: Browse, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "PER_PAGE", 5)
    crowded(12, at)
    last = browse(Score.objects.get(forecaster__username="person11").forecaster)
    first_page = last.get("/forecasts/crowded/scores/").content.decode()
    assert first_page.index('class="me"') < first_page.index("person0")
    assert "1 to 5 of 12" in first_page
    assert "person7" not in first_page
    last_page = last.get("/forecasts/crowded/scores/", {"page": "3"}).content.decode()
    assert last_page.count('class="me"') == 1
    assert 'href="/forecasts/crowded/scores/?page=2"' in last_page
    for page in ("junk", "99", "\x00"):
        assert last.get("/forecasts/crowded/scores/", {"page": page}).status_code == 200


def test_more_people_cost_no_more_queries(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    crowded(20, at)
    client = browse(cast.ann)
    spent = []
    for slug in ("resolved", "crowded"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/forecasts/{slug}/scores/", {"forecaster": "bob" if slug == "resolved" else "person3"})
        spent.append(len(queries))
    assert spent[1] <= spent[0]
