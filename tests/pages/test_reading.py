"""Pages of the reading: home, source, scores, boards, calibration, track record, help."""

import datetime as dt
import re

import pytest

from forecasts.models import Collection
from tests import factories
from tracker.scoring import boards

from .conftest import DAY, Browse, World, ended, estimate, forecast

pytestmark = pytest.mark.django_db


def text(html: str) -> str:
    """What a reader reads of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_source_lists_its_claims_in_order_with_both_branches(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.given_yes, cast.ann, 0.61, at - DAY)
    estimate(world.given_no, cast.ann, 0.42, at - DAY)
    html = browse(cast.ann).get("/sources/essay/").content.decode()
    assert html.index('id="P0"') < html.index('id="C1"')
    said = text(html)
    assert "2 of the forecasts below hang on it: if it resolves yes, 1 is annulled; if no, 1 is annulled." in said
    assert "C1a The gap" in said
    assert "61% with you 61%" in said
    assert "42% without you 42%" in said
    assert "Effects, bullet 3" in said
    assert "The range is a translation" in said
    assert "It <em>predicts</em>." in html


def test_a_claim_borne_out_by_no_says_so(browse: Browse, world: World, at: dt.datetime) -> None:
    factories.Forecast.objects.filter(pk=world.premise.pk).update(predicts="no")
    assert "borne out by no" in text(browse(None).get("/sources/essay/").content.decode())


@pytest.mark.parametrize(
    ("slug", "said"),
    [("premise", "It has not resolved"), ("annulled", "Nobody is scored"), ("resolved", "Always one half")],
)
def test_the_scores_of_a_forecast_by_its_state(browse: Browse, world: World, slug: str, said: str) -> None:
    assert said in browse(None).get(f"/forecasts/{slug}/scores/").content.decode()


def test_a_forecast_not_yet_scored_says_that_it_waits(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    factories.resolution(world.due, "no", at)
    assert "waits to be scored" in browse(None).get("/forecasts/due/scores/").content.decode()
    factories.score(at=at)
    assert "nobody stood" in browse(None).get("/forecasts/due/scores/").content.decode()


def test_the_forecast_links_to_its_scores_without_a_script(browse: Browse, world: World) -> None:
    html = browse(None).get("/forecasts/resolved/").content.decode()
    assert 'href="/forecasts/resolved/scores/" hx-get="/forecasts/resolved/scores/"' in html
    assert 'id="scores"' in browse(None).get("/forecasts/resolved/scores/").content.decode()


def test_a_forecast_leads_curators_and_resolvers_to_what_they_may_do(
    browse: Browse, world: World, cast: factories.Cast
) -> None:
    curating = ["/curate/forecast/due/", "/curate/forecast/due/tags/"]
    for role, slug, deeds in (
        (cast.ann, "due", []),
        (cast.curator, "due", curating),
        (cast.curator, "resolved", []),
        (cast.resolver, "due", ["/resolve/due/"]),
        (cast.resolver, "resolved", ["/resolve/resolved/"]),
    ):
        html = browse(role).get(f"/forecasts/{slug}/").content.decode().split("<main")[1]
        assert re.findall(r'href="(/(?:curate|resolve)/[^"]*)"', html) == deeds


def test_an_annulled_forecast_offers_no_scores(browse: Browse, world: World) -> None:
    assert "/forecasts/annulled/scores/" not in browse(None).get("/forecasts/annulled/").content.decode()


def test_headings_of_a_score_leave_no_level_out(browse: Browse, world: World, cast: factories.Cast) -> None:
    html = browse(cast.ann).get("/forecasts/resolved/scores/").content.decode()
    assert re.findall(r"<h(\d)", html) == ["1", "2", "2"]


def test_the_board_ranks_those_with_enough_and_lists_the_others_below(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended("second", "no", (cast.ann, cast.admin), at)
    monkeypatch.setattr(boards, "MINIMUM_FORECASTS", 2)
    monkeypatch.setattr(boards, "MINIMUM_UPSETS", 0)
    html = browse(cast.bob).get("/leaderboards/?measure=brier").content.decode()
    assert "1 ann" in text(html)
    assert "nobody to compare with" in html
    assert "– bob" in text(html)
    assert "– Always one half" in text(html)
    assert html.index("ann</a>") < html.index("Always one half") < html.index("bob</a>", html.index("<tbody>"))


def test_a_board_says_in_words_that_a_few_forecasts_tell_nobody_apart(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended("second", "no", (cast.ann, cast.bob), at)
    ended("third", "yes", (cast.bob, cast.ann), at)
    monkeypatch.setattr(boards, "MINIMUM_FORECASTS", 2)
    monkeypatch.setattr(boards, "MINIMUM_UPSETS", 0)
    html = browse(None).get("/leaderboards/?measure=brier").content.decode()
    assert "These 2 are not distinguishable" in html
    assert re.search(r"1 <small>1 to 2</small>", html)
    assert re.search(r"0\.\d{3} 0\.\d{3} to \d\.\d{3} ", text(html))
    assert 'class="span"' in html
    assert "same moments" in html


def test_a_board_of_what_has_not_settled_is_called_provisional(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    assert "Provisional" not in browse(None).get("/leaderboards/").content.decode()
    assert "Provisional" in browse(None).get("/leaderboards/?settled=false").content.decode()
    assert "Provisional" in browse(None).get("/calibration/?settled=false").content.decode()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/leaderboards/?measure=luck", "luck is not one of the available choices"),
        ("/leaderboards/?scope=planet:x", "Use all, source:slug"),
        ("/leaderboards/?scope=source:none", "There is no source"),
        ("/leaderboards/?year=soon", "Enter a whole number"),
        ("/leaderboards/?year=99999999999999999999", "less than or equal to 9998"),
        ("/calibration/?crowd=mob", "mob is not one of the available choices"),
        ("/calibration/?forecaster=nobody", "There is no forecaster “nobody”"),
        ("/calibration/?forecaster=ann&crowd=median", "not for both"),
        ("/calibration/?view=sideways", "sideways is not one of the available choices"),
    ],
)
def test_a_choice_that_is_wrong_is_said_on_the_page(browse: Browse, world: World, address: str, said: str) -> None:
    response = browse(None).get(address)
    assert response.status_code == 400
    assert said in response.content.decode()


def test_a_rehearsal_has_a_board_of_its_own(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    forecast("invented", at, closes=-3, collections=[rehearsal])
    html = browse(None).get("/leaderboards/?scope=collection:rehearsal").content.decode()
    assert '<option value="collection:rehearsal" selected>Rehearsal</option>' in html


def test_calibration_shows_the_sentence_first_then_chart_and_tables(browse: Browse, world: World) -> None:
    html = browse(None).get("/calibration/?forecaster=ann&view=final").content.decode()
    assert "Calibration of ann" in html
    assert "used often enough to compare" in html
    assert 'data-src-bins="/api/v1/calibration/?forecaster=ann&amp;scope=all&amp;view=final&amp;settled=true"' in html
    assert html.index('class="said"') < html.index("data-chart") < html.index("<caption>")
    assert "80% to 90%" in html


def test_the_charts_find_their_data(browse: Browse, world: World, cast: factories.Cast) -> None:
    client = browse(cast.ann)
    for address in ("/calibration/?crowd=median", "/calibration/?settled=false", "/forecasts/resolved/"):
        sources = re.findall(r'data-src-\w+="([^"]+)"', client.get(address).content.decode())
        assert sources
        for source in sources:
            response = client.get(source.replace("&amp;", "&"))
            assert response.status_code == 200, source
            assert {"crowd", "bins"} & set(response.json()), source


def test_a_track_record_shows_scores_and_forecasts(browse: Browse, world: World, cast: factories.Cast) -> None:
    html = browse(cast.ann).get("/forecasters/ann/").content.decode()
    assert '<li class="is-open">you</li>' in html
    assert "/forecasts/resolved/" in html
    assert 'aria-current="page">Track record</a>' in html
    assert "Make the first" in browse(cast.curator).get("/forecasters/curator/").content.decode()


def test_a_track_record_counts_only_what_its_reader_may_see(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.7, at - DAY)
    estimate(world.premise, cast.ann, 0.6, at - DAY / 2)
    estimate(world.given_yes, cast.bob, 0.5, at - DAY)
    # Of the two that ended everyone sees hers; of the open one only who has an estimate there.
    for who, counted in ((None, 2), (cast.bob, 2), (cast.ann, 3)):
        said = text(browse(who).get("/forecasters/ann/").content.decode())
        assert f"Forecasts {counted} " in said
        assert f"Estimates {2 if counted == 2 else 4} " in said
    estimate(world.premise, cast.bob, 0.5, at)
    assert "Forecasts 3 Estimates 4" in text(browse(cast.bob).get("/forecasters/ann/").content.decode())


def test_a_track_record_of_hidden_estimates_alone_looks_empty_to_others(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.curator, 0.7, at - DAY)
    assert "Forecasts 0 Estimates 0" in text(browse(cast.ann).get("/forecasters/curator/").content.decode())
    assert "Forecasts 1 Estimates 1" in text(browse(cast.curator).get("/forecasters/curator/").content.decode())


def test_the_help_page_works_out_its_numbers(browse: Browse, db: None) -> None:
    said = text(browse(None).get("/help/").content.decode())
    # 100 (1 + log2 0.9) = 84.8 and 100 (1 + log2 0.1) = -232.2; peers of 0.9 and 0.6: 100 ln 1.5 = 40.5.
    assert "90% +84.8 −232.2 0.010 0.810" in said
    assert "get +40.5 and −40.5" in said
    assert "covers 50% and earns +24.3" in said


def test_who_stands_nowhere_any_more_is_told_since_when(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    asked = forecast("lapsing", at)
    page = f"/forecasts/{asked.slug}/"
    assert "You stand nowhere" not in browse(cast.ann).get(page).content.decode()
    estimate(asked, cast.ann, 0.8, at - 9 * DAY, expires_at=at - 2 * DAY)
    html = browse(cast.ann).get(page).content.decode()
    assert "Your 80% expired" in html
    assert "You stand nowhere" in html
    estimate(asked, cast.ann, 0.7, at - DAY)
    assert "You stand nowhere" not in browse(cast.ann).get(page).content.decode()
    estimate(asked, cast.ann, None, at)
    assert "You withdrew your estimate" in browse(cast.ann).get(page).content.decode()
