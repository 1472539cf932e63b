"""A curator words a forecast anew, and amends its tags and collections."""

import datetime as dt
from dataclasses import asdict

import pytest
from django.test import Client

from forecasts.models import Collection, Forecast, Wording
from forecasts.services import registering
from forecasts.services.texts import text_of
from tests import factories

from .conftest import DAY, Browse, World, estimate, forecast

pytestmark = pytest.mark.django_db
ADDRESS = "/curate/forecast/premise/"


@pytest.fixture
def curator(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.curator)


def typed(of: Forecast, **fields: object) -> dict[str, object]:
    """The wording in force, as the form gives it, with changes."""
    text = asdict(text_of(of.wordings.get(version=of.version)))
    given = {name: value for name, value in text.items() if value is not None}
    given |= {"sources": "\n".join(text["sources"]), "reason": "It was read in two ways.", "version": of.version}
    return given | {"accepted": "yes"} | fields


def test_old_and_new_stand_side_by_side_before_anything_is_on_record(
    curator: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    for who in (cast.ann, cast.curator):
        estimate(world.premise, who, 0.4, at - DAY)
    given = typed(world.premise, question="Will it begin?", closes_at=world.premise.closes_at - DAY)
    html = curator.post(ADDRESS, given).content.decode()
    assert "<del>start?</del><ins>begin?</ins>" in html
    assert "2 estimates were made under the wording in force" in html
    assert "Times change" in html
    assert f"{world.premise.closes_at - DAY:%-d %B %Y}" in html
    assert Wording.objects.filter(forecast=world.premise).count() == 1


def test_how_many_said_something_is_hidden_from_a_curator_while_the_crowd_is(
    curator: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    given = typed(world.premise, question="Will it begin?", closes_at=world.premise.closes_at - DAY)
    before = curator.post(ADDRESS, given).content.decode()
    estimate(world.premise, cast.ann, 0.4, at - DAY)
    after = curator.post(ADDRESS, given).content.decode()
    assert "How many there are is hidden from you" in after
    effects = [html.partition("effects-said")[2].partition("</ul>")[0] for html in (before, after)]
    assert effects[0]
    assert effects[0] == effects[1]


def test_a_confirmed_wording_is_on_record_beside_the_old_one(
    curator: Client, world: World, cast: factories.Cast
) -> None:
    response = curator.post(ADDRESS, typed(world.premise, question="Will it begin?", confirmed="yes"))
    assert response["Location"] == "/forecasts/premise/"
    made = list(Wording.objects.filter(forecast=world.premise).order_by("version"))
    assert [(wording.question, wording.reason) for wording in made] == [
        ("Will it start?", ""),
        ("Will it begin?", "It was read in two ways."),
    ]
    assert made[1].author == cast.curator
    assert Forecast.objects.get(slug="premise").question == "Will it begin?"


def test_a_time_that_was_given_more_finely_than_a_browser_takes_it_is_left_alone(curator: Client, world: World) -> None:
    shown = curator.get(ADDRESS).content.decode()
    times = {name: shown.split(f'name="{name}" value="')[1].split('"')[0] for name in ("opens_at", "closes_at")}
    html = curator.post(ADDRESS, typed(world.premise, question="Will it begin?", **times)).content.decode()
    assert "Times change" not in html
    assert "<h3>Opens</h3>" not in html


def test_the_line_ends_of_a_browser_change_nothing(curator: Client, world: World, cast: factories.Cast) -> None:
    lines = factories.text(criteria="Yes if it starts.\n\nOtherwise no.", question="Will it start?")
    registering.reword(forecast=world.premise, text=lines, by=cast.curator, at=lines.opens_at, reason="Two lines.")
    world.premise.refresh_from_db()
    given = typed(world.premise, criteria="Yes if it starts.\r\n\r\nOtherwise no.")
    assert "Nothing differs" in curator.post(ADDRESS, given).content.decode()


def test_sent_twice_it_is_one_wording(curator: Client, world: World) -> None:
    given = typed(world.premise, question="Will it begin?", confirmed="yes")
    curator.post(ADDRESS, given)
    assert curator.post(ADDRESS, given).status_code == 302
    assert Wording.objects.filter(forecast=world.premise).count() == 2


def test_who_saw_an_older_wording_overwrites_nothing(
    curator: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    given = typed(world.premise, question="Will it begin?", confirmed="yes")
    registering.reword(
        forecast=world.premise, text=factories.text(question="Is it?"), by=cast.curator, at=at, reason="Shorter."
    )
    response = curator.post(ADDRESS, given)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else worded it anew meanwhile: wording 2, because “Shorter.”" in html
    assert "Will it begin?" in html
    assert Forecast.objects.get(slug="premise").question == "Is it?"


def test_the_twin_comes_next_where_words_changed_and_not_where_only_times_did(
    curator: Client, world: World, at: dt.datetime
) -> None:
    address, branch = "/curate/forecast/gap-yes/", world.given_yes
    shown = curator.post(address, typed(branch, criteria="Yes if the count is above 4.")).content.decode()
    assert "must be worded alike" in shown
    response = curator.post(
        address, typed(branch, criteria="Yes if the count is above 4.", confirmed="yes"), follow=True
    )
    assert response.redirect_chain == [("/curate/forecast/gap-no/", 302)]
    assert "Word it alike" in response.content.decode()
    branch.refresh_from_db()
    later = typed(branch, resolve_by=branch.resolve_by + DAY)
    assert "its twin" in curator.post(address, later).content.decode()
    assert curator.post(address, later | {"confirmed": "yes"})["Location"] == "/forecasts/gap-yes/"


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"reason": " "}, 400, "This field is required"),
        ({"question": "It begins."}, 400, "ends with a question mark"),
        ({"confirmed": ""}, 400, "Nothing differs from the wording in force"),
        ({"version": ""}, 400, "This field is required"),
        ({"question": "Will it begin soon?", "accepted": ""}, 400, "Tick this"),
        ({"closes_at": "2001-01-01T00:00"}, 400, "It must close after it opens"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_worded(
    curator: Client, world: World, fields: dict[str, object], status: int, said: str
) -> None:
    given = typed(world.premise, **({"confirmed": "yes"} | fields))
    given = {name: value for name, value in given.items() if value != ""}
    response = curator.post(ADDRESS, given)
    assert response.status_code == status
    assert said in response.content.decode()
    assert Wording.objects.filter(forecast=world.premise).count() == 1


def test_what_has_resolved_is_not_worded_anew(curator: Client, world: World) -> None:
    address = "/curate/forecast/resolved/"
    assert "It has resolved yes" in curator.get(address).content.decode()
    given = typed(world.resolved, question="Will it begin?", confirmed="yes")
    response = curator.post(address, given)
    assert response.status_code == 409
    assert "Reopen it" in response.content.decode()
    assert Wording.objects.filter(forecast=world.resolved).count() == 1


def test_a_forecast_does_not_resemble_itself_or_its_twin(curator: Client, world: World) -> None:
    given = typed(world.given_yes) | {"of": "gap-yes"}
    shown = curator.post("/curate/check/", given).content.decode()
    assert "/forecasts/gap-yes/" not in shown
    assert "/forecasts/gap-no/" not in shown


@pytest.mark.parametrize("role", ["ann", "resolver"])
def test_nobody_else_words_or_amends(browse: Browse, world: World, cast: factories.Cast, role: str) -> None:
    client = browse(getattr(cast, role))
    assert client.post(ADDRESS, typed(world.premise, question="Mine?", confirmed="yes")).status_code == 403
    assert client.post(ADDRESS + "tags/", {"tags": "mine"}).status_code == 403
    world.premise.refresh_from_db()
    assert (world.premise.version, world.premise.tags) == (1, [])


def test_tags_and_collections_are_amended(curator: Client, world: World) -> None:
    Collection.objects.create(slug="wild", title="Wild")
    response = curator.post(ADDRESS + "tags/", {"tags": "b, a", "collections": ["wild"]})
    assert response["Location"] == "/forecasts/premise/"
    amended = Forecast.objects.get(slug="premise")
    assert (amended.tags, [each.slug for each in amended.collections.all()]) == (["a", "b"], ["wild"])
    assert 'value="a, b"' in curator.get(ADDRESS + "tags/").content.decode()
    curator.post(ADDRESS + "tags/", {"tags": ""})
    amended.refresh_from_db()
    assert (amended.tags, amended.collections.count()) == ([], 0)


def test_a_real_forecast_enters_no_rehearsal_and_a_simulated_one_leaves_none(
    curator: Client, world: World, at: dt.datetime
) -> None:
    rehearsal = Collection.objects.create(slug="rehearsal", title="Rehearsal", simulated=True)
    assert curator.post(ADDRESS + "tags/", {"collections": ["rehearsal"]}).status_code == 400
    forecast("invented", at, collections=[rehearsal])
    response = curator.post("/curate/forecast/invented/tags/", {"tags": ""})
    assert response.status_code == 400
    assert "A simulated forecast stays in a simulated collection" in response.content.decode()
    assert Forecast.objects.get(slug="invented").collections.count() == 1


def test_a_strange_tag_is_refused(curator: Client, world: World) -> None:
    response = curator.post(ADDRESS + "tags/", {"tags": "schön"})
    assert response.status_code == 400
    assert "is not a tag" in response.content.decode()
