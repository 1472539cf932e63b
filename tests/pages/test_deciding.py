"""Deciding: seeing the effects first, correcting, reopening, being refused."""

import datetime as dt

import pytest
from django.test import Client

from forecasts.models import Forecast, Resolution
from forecasts.services import evidencing
from tests import factories

from .conftest import DAY, Browse, World, estimate, forecast
from .test_reading import text

pytestmark = pytest.mark.django_db
ADDRESS = "/resolve/premise/"


@pytest.fixture
def resolver(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.resolver)


def given(at: dt.datetime, **fields: object) -> dict[str, object]:
    known_at = f"{at - DAY:%Y-%m-%dT%H:%M}"
    return {
        "outcome": "yes",
        "known_at": known_at,
        "reason": "It began.",
        "links": "https://example.org/",
        "revision": "0",
    } | fields


def outcome(slug: str) -> str:
    return Forecast.objects.select_related("resolution").get(slug=slug).outcome


def test_the_effects_are_shown_before_anything_is_decided(resolver: Client, world: World, at: dt.datetime) -> None:
    html = resolver.post(ADDRESS, given(at)).content.decode()
    assert "Annuls 1 branch" in html
    assert "Resolve yes and annul 1 branch" in html
    assert "/forecasts/gap-no/" in html
    assert not Resolution.objects.filter(forecast=world.premise).exists()
    assert outcome("gap-no") == ""


EARLY = "That is before it opened, so no estimate counts and nobody is scored."
BEFORE_THE_CLOSE = "A no is usually known only at the close."


@pytest.mark.parametrize(
    ("outcome", "days", "doubts"),
    [
        ("yes", 1, set()),
        ("yes", 0, {EARLY}),
        ("no", 1, {BEFORE_THE_CLOSE}),
        ("no", 0, {EARLY, BEFORE_THE_CLOSE}),
        ("annulled", 0, set()),
    ],
)
def test_an_unlikely_time_is_pointed_out_before_it_is_confirmed(
    resolver: Client, world: World, outcome: str, days: int, doubts: set[str]
) -> None:
    known_at = f"{world.premise.opens_at + days * DAY:%Y-%m-%dT%H:%M}"
    html = resolver.post(ADDRESS, given(world.premise.opens_at, outcome=outcome, known_at=known_at)).content.decode()
    assert f"{outcome.capitalize()}</li>" in html
    assert {doubt for doubt in (EARLY, BEFORE_THE_CLOSE) if doubt in html} == doubts


def test_a_no_known_since_the_close_raises_no_doubt(resolver: Client, world: World, at: dt.datetime) -> None:
    html = resolver.post("/resolve/closed/", given(at, outcome="no")).content.decode()
    assert "Resolve no?" in html
    assert "A no is usually known" not in html


def test_a_refused_decision_starts_at_what_was_wrong(resolver: Client, world: World, at: dt.datetime) -> None:
    html = resolver.post(ADDRESS, given(at, reason="")).content.decode()
    assert "autofocus" in html.split('name="reason"')[1].split(">")[0]
    assert html.count("autofocus") == 1
    assert "autofocus" not in resolver.get(ADDRESS).content.decode()


def test_a_confirmed_decision_is_put_on_record(resolver: Client, world: World, at: dt.datetime) -> None:
    response = resolver.post(ADDRESS, given(at, confirmed="yes"), follow=True)
    assert response.redirect_chain == [("/resolve/premise/decided/", 302)]
    assert "On record: yes, revision 1" in response.content.decode()
    assert (outcome("premise"), outcome("gap-yes"), outcome("gap-no")) == ("yes", "", "annulled")
    made = Resolution.objects.get(forecast=world.premise)
    assert (made.reason, made.links, made.known_at.tzinfo) == ("It began.", ["https://example.org/"], dt.UTC)
    page = resolver.get("/forecasts/gap-no/").content.decode()
    assert 'by its condition: <a href="/forecasts/premise/">' in page


def test_changing_ones_mind_keeps_what_was_typed(resolver: Client, world: World, at: dt.datetime) -> None:
    html = resolver.post(ADDRESS, given(at, change="yes")).content.decode()
    assert "See what this would do" in html
    assert "It began." in html
    assert not Resolution.objects.filter(forecast=world.premise).exists()


def test_a_correction_and_a_reopening_replace_the_revision_that_was_seen(
    resolver: Client, world: World, at: dt.datetime
) -> None:
    resolver.post(ADDRESS, given(at, confirmed="yes"))
    html = resolver.post(ADDRESS, given(at, outcome="no", revision="1")).content.decode()
    assert "Annuls 1 branch" in html
    assert "Revives 1 branch" in html
    resolver.post(ADDRESS, given(at, outcome="no", revision="1", confirmed="yes"))
    assert (outcome("premise"), outcome("gap-yes"), outcome("gap-no")) == ("no", "annulled", "")
    resolver.post(ADDRESS, given(at, outcome="reopened", known_at="", links="", revision="2", confirmed="yes"))
    assert (outcome("premise"), outcome("gap-yes")) == ("", "")
    assert "superseded" in resolver.get("/forecasts/premise/").content.decode()


def test_a_correction_says_whose_scores_it_replaces_and_a_reopening_whose_it_takes_back(
    resolver: Client, world: World, at: dt.datetime
) -> None:
    address = "/resolve/resolved/"
    begun = resolver.get(address).content.decode()
    assert "and the scores of 2 forecasters" in begun
    assert "https://example.org/answer" in begun
    shown = text(resolver.post(address, given(at, outcome="no", revision="1", known_at="")).content.decode())
    assert "Replaces the scores of 2 forecasters" in shown
    assert "Scores 2 forecasters" in shown
    assert "replaces revision 1, yes" in shown
    shown = text(resolver.post(address, given(at, outcome="reopened", revision="1", known_at="")).content.decode())
    assert "Takes back the scores of 2 forecasters" in shown
    assert "takes no more estimates, and waits in the queue" in shown
    assert Resolution.objects.filter(forecast=world.resolved).count() == 1


def test_who_would_be_scored_is_said_before_it_is_decided(
    resolver: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.closed, cast.ann, 0.4, at - 6 * DAY)
    estimate(world.premise, cast.bob, 0.4, at - 6 * DAY)
    address = "/resolve/closed/"
    shown = text(resolver.post(address, given(at)).content.decode())
    assert "Scores 1 forecaster." in shown
    assert "They count on boards once it settles" in shown
    before = f"{at - 8 * DAY:%Y-%m-%dT%H:%M}"
    assert "Scores nobody" in text(resolver.post(address, given(at, known_at=before)).content.decode())


def test_who_would_be_scored_is_not_said_while_the_crowd_is_hidden(
    resolver: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    before = text(resolver.post(ADDRESS, given(at)).content.decode())
    estimate(world.premise, cast.ann, 0.4, at - 3 * DAY)
    after = text(resolver.post(ADDRESS, given(at)).content.decode())
    assert "How many stays hidden from you" in after
    effects = [said.partition("What this does")[2].partition("It stays on record")[0] for said in (before, after)]
    assert effects[0]
    assert effects[0] == effects[1]


def test_a_no_without_a_time_is_known_at_the_close(resolver: Client, world: World, at: dt.datetime) -> None:
    resolver.post("/resolve/closed/", given(at, outcome="no", known_at="", confirmed="yes"))
    assert Resolution.objects.get(forecast=world.closed).known_at == world.closed.closes_at
    open_still = resolver.post(ADDRESS, given(at, outcome="no", known_at=""))
    assert "Say when the answer became knowable" in open_still.content.decode()


def test_a_decision_sent_twice_is_one(resolver: Client, world: World, at: dt.datetime) -> None:
    for _ in range(2):
        response = resolver.post(ADDRESS, given(at, confirmed="yes", reason="It began.\r\n"))
        assert (response.status_code, response["Location"]) == (302, "/resolve/premise/decided/")
    assert Resolution.objects.filter(forecast=world.premise).count() == 1


def test_who_lost_the_race_may_go_on_knowing_what_they_replace(resolver: Client, world: World, at: dt.datetime) -> None:
    factories.resolution(
        world.premise, "no", at, by=factories.forecaster("other", is_resolver=True), reason="The other resolver."
    )
    html = resolver.post(ADDRESS, given(at, confirmed="yes")).content.decode()
    assert "Somebody else decided meanwhile" in html
    assert 'name="revision" value="1"' in html
    resolver.post(ADDRESS, given(at, revision="1", confirmed="yes"))
    assert outcome("premise") == "yes"


def test_who_lost_the_race_to_themselves_is_not_told_of_somebody_else(
    resolver: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    factories.resolution(world.premise, "no", at, by=cast.resolver, reason="In the other tab.")
    html = resolver.post(ADDRESS, given(at, confirmed="yes")).content.decode()
    assert "You decided it meanwhile, from another page." in html
    assert "Somebody else" not in html


def test_the_rule_the_evidence_and_the_crowd_stand_beside_the_decision(
    resolver: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    evidencing.add(forecast=world.closed, by=cast.ann, at=at - 5 * DAY, title="A report", direction="raises")
    estimate(world.closed, cast.ann, 0.37, at - 6 * DAY)
    html = resolver.get("/resolve/closed/").content.decode()
    assert "A report" in html
    assert "37%" in html
    assert "1 forecaster stands" in html
    assert "The printed yearbook." in html
    assert "/forecasts/gap-yes/" in resolver.get(ADDRESS).content.decode()


def test_a_hidden_crowd_stays_hidden_from_resolvers(
    resolver: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    veiled = forecast("veiled", at, closes=-3, reveal_at=at + 9 * DAY)
    estimate(veiled, cast.ann, 0.37, at - 6 * DAY)
    estimate(world.premise, cast.ann, 0.37, at - 6 * DAY)
    for address in ("/resolve/veiled/", ADDRESS):
        html = resolver.get(address).content.decode()
        assert "Hidden" in html, address
        assert "37%" not in html, address
    assert "37%" not in resolver.get("/resolve/").content.decode()
    assert "1 forecaster" not in resolver.get("/resolve/").content.decode()


def test_what_moved_is_told_at_every_depth_as_it_was_foreseen(resolver: Client, world: World, at: dt.datetime) -> None:
    forecast("deeper", at, question="And then?", condition=world.given_no, condition_outcome="yes", closes=60)
    assert "Annuls 2 branches" in resolver.post(ADDRESS, given(at)).content.decode()
    resolver.post(ADDRESS, given(at, confirmed="yes"))
    html = resolver.get("/resolve/premise/decided/").content.decode()
    assert "2 branches moved with it" in text(html)
    assert "And then?" in html


def test_the_way_to_the_scores_is_shown_until_they_are_folded(
    resolver: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.given_yes, cast.ann, 0.4, at - 3 * DAY)
    decided = "/resolve/premise/decided/"
    assert resolver.get(decided).status_code == 404
    resolver.post(ADDRESS, given(at, confirmed="yes"))
    html = resolver.get(decided).content.decode()
    assert "waiting" in html
    assert "1 branch moved with it" in text(html)
    assert 'hx-trigger="every 2s"' in html
    factories.score(at=at)
    html = resolver.get(decided).content.decode()
    assert "boards are up to date" in html
    assert "nothing to score" in html
    assert "hx-trigger" not in html


def test_who_lost_the_race_sees_what_was_decided_and_keeps_what_was_typed(
    resolver: Client, world: World, at: dt.datetime
) -> None:
    factories.resolution(
        world.premise, "no", at, by=factories.forecaster("other", is_resolver=True), reason="The other resolver."
    )
    response = resolver.post(ADDRESS, given(at, confirmed="yes"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "The other resolver." in html
    assert "It began." in html
    assert outcome("premise") == "no"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"outcome": ""}, "Choose what the answer is."),
        ({"outcome": "perhaps"}, "perhaps is not one of the available choices"),
        ({"outcome": "reopened"}, "reopened is not one of the available choices"),
        ({"known_at": ""}, "Say when the answer became knowable"),
        ({"known_at": "yesterday"}, "is not a time"),
        ({"known_at": "2999-01-01T00:00"}, "in the future"),
        ({"known_at": "0001-01-01T00:00+14:00"}, "is not a time"),
        ({"reason": ""}, "Say why: people will read it"),
        ({"links": "javascript:alert(1)"}, "is not a web address"),
        ({"revision": "x"}, "Enter a whole number"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_decided(
    resolver: Client, world: World, at: dt.datetime, fields: dict[str, str], said: str
) -> None:
    response = resolver.post(ADDRESS, given(at, confirmed="yes") | fields)
    assert response.status_code == 400
    assert said in response.content.decode()
    assert not Resolution.objects.filter(forecast=world.premise).exists()


def test_a_branch_whose_condition_is_open_is_refused_in_words(resolver: Client, world: World, at: dt.datetime) -> None:
    response = resolver.post("/resolve/gap-yes/", given(at))
    assert response.status_code == 409
    assert "Resolve the condition first" in response.content.decode()


@pytest.mark.parametrize("role", ["ann", "curator"])
def test_nobody_else_reaches_the_form(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, role: str
) -> None:
    client = browse(getattr(cast, role))
    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, given(at, confirmed="yes")).status_code == 403
    assert client.get("/resolve/resolved/decided/").status_code == 403
    assert "Ask an administrator for the role of resolver" in client.get(ADDRESS).content.decode()
    assert "/resolve/due/" not in client.get("/resolve/").content.decode()
    assert outcome("premise") == ""


def test_a_visitor_is_asked_to_sign_in(browse: Browse, world: World) -> None:
    assert browse(None).get(ADDRESS)["Location"] == "/accounts/login/?next=/resolve/premise/"
