"""What a forecast's page says of who said what: whether it still stands, what it cites, and what it all comes to."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Claim
from forecasts.pages import paging
from forecasts.pages.reading import OWN_SHOWN
from forecasts.services import evidencing, registering
from tests import factories

from .conftest import DAY, Browse, World, estimate
from .test_reading import text

pytestmark = pytest.mark.django_db
PAGE = "/forecasts/premise/"


def section(html: str, name: str) -> str:
    return text(html.split(f'id="{name}"')[1].partition("</section>")[0])


def test_an_estimate_that_no_longer_stands_says_why(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.5, at - 9 * DAY)
    estimate(world.premise, cast.bob, 0.31, at - 8 * DAY)
    estimate(world.premise, cast.bob, 0.32, at - 7 * DAY)
    estimate(world.premise, cast.curator, 0.41, at - 6 * DAY)
    estimate(world.premise, cast.curator, 0.42, at - 5 * DAY)
    estimate(world.premise, cast.curator, None, at - 4 * DAY)
    estimate(world.premise, cast.admin, 0.21, at - 3 * DAY, expires_at=at - DAY)
    estimate(world.premise, cast.resolver, 0.22, at - 2 * DAY, expires_at=at + DAY)
    said = section(browse(cast.ann).get(PAGE).content.decode(), "voices")
    after = {number: said.split(number)[1].split("%")[0] for number in ("31%", "32%", "41%", "42%", "21%", "22%")}
    assert "; changed since" in after["31%"]
    assert "since" not in after["32%"]
    assert "; withdrawn since" in after["41%"]
    assert "; withdrawn since" in after["42%"]
    assert "; expired" in after["21%"]
    assert "expired" not in after["22%"]


def test_ones_own_history_lists_what_one_cited_as_others_see_it(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    poll = evidencing.add(forecast=world.premise, by=cast.bob, at=at - 2 * DAY, title="Poll", direction="raises")
    estimate(world.premise, cast.ann, 0.5, at - DAY, evidence=[poll.pk])
    estimate(world.premise, cast.bob, 0.6, at - DAY)
    assert "cites “Poll”" in section(browse(cast.ann).get(PAGE).content.decode(), "own")
    assert "cites “Poll”" in section(browse(cast.bob).get(PAGE).content.decode(), "voices")


def test_where_nobody_stands_the_page_says_so_and_draws_what_was(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    nobody = browse(None).get("/forecasts/closed/").content.decode()
    assert "Nobody has estimated it." in section(nobody, "history")
    estimate(world.premise, cast.ann, 0.5, at - 2 * DAY)
    estimate(world.premise, cast.ann, None, at - DAY)
    html = browse(cast.ann).get(PAGE).content.decode()
    assert "Nobody stands here now." in section(html, "history")
    assert "data-chart" in html


@pytest.mark.parametrize(
    ("slug", "said"),
    [("upcoming", "Nobody has estimated yet. "), ("due", "Nobody has estimated it. ")],
)
def test_without_an_estimate_there_is_a_sentence_and_no_chart(
    browse: Browse, world: World, slug: str, said: str
) -> None:
    world.upcoming.reveal_at = world.upcoming.opens_at - 20 * DAY
    world.upcoming.save()
    html = browse(None).get(f"/forecasts/{slug}/").content.decode()
    assert said in section(html, "history")
    assert "data-chart" not in html


def test_a_premise_is_not_said_to_be_predicted(browse: Browse, world: World) -> None:
    assert "What Ada Writer predicts, restated" in browse(None).get(PAGE).content.decode()
    Claim.objects.filter(key="P0").update(premise=True)
    html = browse(None).get(PAGE).content.decode()
    assert "What the predictions of this source presuppose, restated" in html
    assert "Ada Writer predicts" not in html


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("yes", "It did, so the forecast of what happens if it does not was annulled."),
        ("no", "It did not, so the forecast of what happens if it does was annulled."),
        ("annulled", "The condition was annulled, and both with it."),
    ],
)
def test_a_pair_says_which_of_the_two_was_annulled(
    browse: Browse, world: World, at: dt.datetime, outcome: str, said: str
) -> None:
    assert "One of the two will be annulled." in browse(None).get("/forecasts/gap-no/").content.decode()
    factories.resolution(world.premise, outcome, at - DAY)
    for slug in ("gap-yes", "gap-no"):
        html = browse(None).get(f"/forecasts/{slug}/").content.decode()
        assert said in html
        assert "will be annulled" not in html


def test_the_crowd_behind_a_condition_is_counted_in_words(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.25, at - DAY)
    estimate(world.premise, cast.bob, 0.25, at - DAY)
    assert "<b>75%</b> likely, say 2 forecasters." in browse(cast.ann).get("/forecasts/gap-no/").content.decode()


def test_the_keyboard_gets_to_the_estimate_at_once(browse: Browse, world: World, cast: factories.Cast) -> None:
    html = browse(cast.ann).get(PAGE).content.decode()
    assert '<a class="skip" href="#estimate_percent">To your estimate</a>' in html
    assert 'id="estimate_percent"' in html
    for who, address in ((None, PAGE), (cast.ann, "/forecasts/closed/")):
        assert "To your estimate" not in browse(who).get(address).content.decode()


def test_a_refused_form_starts_at_its_first_field_in_error(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    ann = browse(cast.ann)
    evidencing.add(forecast=world.premise, by=cast.bob, at=at, title="Poll", direction="raises")
    assert "autofocus" not in ann.get(PAGE).content.decode()
    for address, given, field in (
        ("estimate", {"percent": "150"}, "percent"),
        ("estimate", {"percent": "50", "evidence": ["77"]}, "evidence"),
        ("evidence", {"title": "Poll", "direction": "raises", "published_on": "soon"}, "published_on"),
    ):
        html = ann.post(f"{PAGE}{address}/", given).content.decode()
        assert html.count("autofocus") == 1
        assert "autofocus" in html.split(f'name="{field}"')[1].split(">")[0]


def test_the_table_has_what_the_chart_shows(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.bob, 0.34, at - 9 * DAY)
    estimate(world.premise, cast.ann, 0.62, at - 8 * DAY)
    evidencing.add(forecast=world.premise, by=cast.bob, at=at - 7 * DAY, title="Poll", direction="lowers")
    estimate(world.premise, cast.ann, None, at - 6 * DAY)
    html = browse(cast.ann).get(PAGE).content.decode()
    rows = [text(row) for row in html.split('aria-label="History of the crowd"')[1].split("<tr>")[2:]]
    assert "34% 1 – you withdrew" in rows[0]
    assert "evidence that lowers it: Poll" in rows[1]
    assert "48% 2 62%" in rows[2]
    assert "34% 1" in rows[3]
    assert "data-src-evidence" in html
    assert "data-src-wordings" not in html


def test_a_new_wording_is_marked_on_the_chart_and_in_the_table(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.62, at - DAY)
    clearer = factories.text(question="Will it start at all?", opens_at=world.premise.opens_at, closes_at=at + 90 * DAY)
    registering.reword(forecast=world.premise, text=clearer, by=cast.curator, at=at, reason="Clearer.")
    html = browse(cast.ann).get(PAGE).content.decode()
    assert 'data-src-wordings="/api/v1/forecasts/premise/history/"' in html
    assert "wording 2: Clearer." in section(html, "history")


def test_of_many_own_estimates_the_newest_are_listed(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    for day in range(OWN_SHOWN + 2):
        factories.estimate(world.premise, cast.ann, 0.1 + day / 100, at - (29 - day) * DAY)
    html = browse(cast.ann).get(PAGE).content.decode()
    said = section(html, "own")
    assert ("10%" in said, "11%" in said, "12%" in said) == (False, False, True)
    assert f"These are the {OWN_SHOWN} newest" in said


def test_every_revision_says_who_decided_and_why(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    factories.resolution(world.resolved, "no", at, by=cast.admin, revision=1, reason="The count was wrong.")
    said = section(browse(None).get("/forecasts/resolved/").content.decode(), "resolution")
    assert "No by admin" in said
    assert "The count was wrong." in said
    assert "What was decided before (1) Yes by resolver" in said
    assert "revision 1, superseded" in said


def test_a_branch_annulled_by_its_condition_names_it_and_one_annulled_by_a_person_their_name(
    browse: Browse, world: World, at: dt.datetime
) -> None:
    factories.resolution(world.premise, "yes", at - DAY)
    by_condition = section(browse(None).get("/forecasts/gap-no/").content.decode(), "resolution")
    assert "Annulled by its condition: Will it start? resolved yes" in by_condition
    by_person = section(browse(None).get("/forecasts/annulled/").content.decode(), "resolution")
    assert "Annulled by resolver" in by_person


def test_what_was_reopened_says_so_at_the_top(browse: Browse, world: World, at: dt.datetime) -> None:
    factories.resolution(world.resolved, "reopened", at)
    html = browse(None).get("/forecasts/resolved/").content.decode()
    assert '<a href="#resolution">Reopened</a>' in html
    assert html.index('id="resolution"') < html.index('id="history"')
    assert "Looked again." in section(html, "resolution")


def test_more_of_everything_costs_no_more_queries(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    client, spent = browse(cast.ann), []
    for hour in range(6):
        when = at - DAY + hour * DAY / 24
        poll = evidencing.add(
            forecast=world.given_yes, by=cast.ann, at=when, title="Poll", direction="raises", likelihood_ratio=2
        )
        for who in (cast.ann, factories.forecaster()):
            estimate(world.given_yes, who, 0.3 + hour / 20, when + DAY / 48, rationale="So.", evidence=[poll.pk])
        with CaptureQueriesContext(connection) as queries:
            client.get("/forecasts/gap-yes/")
        spent.append(len(queries))
    assert spent[1] == spent[-1]


def test_of_very_many_voices_the_newest_are_paged_and_no_more_are_counted(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST", 30)
    for hour in range(40):
        factories.estimate(world.premise, cast.bob, 0.01 + hour / 100, at - (50 - hour) * DAY / 24)
    factories.estimate(world.premise, cast.ann, 0.99, at)
    client = browse(cast.ann)
    first, last = (section(client.get(f"{PAGE}?page={page}").content.decode(), "voices") for page in (1, 2))
    assert ("1 to 20 of more than 30" in first, "newest" in first) == (True, False)
    assert "21 to 30 of more than 30" in last
    assert "These are the newest 30. The API has all of them." in last
    assert ("11%" in last, "10%" in last) == (True, False)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE)
    counting = [
        query["sql"] for query in captured if "COUNT(*)" in query["sql"] and "forecasts_estimate" in query["sql"]
    ]
    assert [sql for sql in counting if "LIMIT" not in sql] == []
