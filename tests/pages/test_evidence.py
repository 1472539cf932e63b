"""Adding evidence from a page, and rating it."""

import datetime as dt

import pytest

from forecasts.models import Evidence, Forecaster, Rating
from forecasts.services import evidencing
from tests import factories

from .conftest import DAY, Browse, World, estimate

pytestmark = pytest.mark.django_db
ADDRESS = "/forecasts/premise/evidence/"
GIVEN = {"title": "A poll", "url": "https://example.org/poll", "direction": "raises", "likelihood_ratio": "1.8"}


def test_evidence_is_added_and_shown(browse: Browse, world: World, cast: factories.Cast) -> None:
    response = browse(cast.ann).post(ADDRESS, GIVEN | {"published_on": "2024-03-04"}, follow=True)
    assert response.redirect_chain == [("/forecasts/premise/#evidence", 302)]
    html = response.content.decode()
    assert "A poll" in html
    assert "likelihood ratio 1.8" in html
    assert Evidence.objects.get().published_on == dt.date(2024, 3, 4)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("title", "", "This field is required"),
        ("url", "javascript:alert(1)", "is not a web address"),
        ("direction", "sideways", "sideways is not one of the available choices"),
        ("likelihood_ratio", "0", "above 0"),
        ("likelihood_ratio", "nan", "Enter a number"),
        ("likelihood_ratio", "0.5", "A ratio above 1 raises"),
        ("published_on", "soon", "Enter a valid date"),
        ("published_on", (dt.datetime.now(dt.UTC) + 9 * DAY).date().isoformat(), "in the future"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_kept(
    browse: Browse, world: World, field: str, typed: str, said: str
) -> None:
    ann = Forecaster.objects.get(username="ann")
    response = browse(ann).post(ADDRESS, GIVEN | {"summary": "Two thirds.", field: typed})
    html = response.content.decode()
    assert response.status_code == 400
    assert said in html.split(f'name="{field}"')[-1].split('<div class="field')[0]
    assert "Two thirds." in html
    assert '<details id="add" open>' in html
    assert not Evidence.objects.exists()


def test_a_rating_counts_and_can_be_changed(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    poll = evidencing.add(forecast=world.premise, by=cast.bob, at=at, title="Poll", direction="raises")
    client = browse(cast.ann)
    html = client.post(f"{ADDRESS}{poll.pk}/rating/", {"useful": "yes"}, follow=True).content.decode()
    assert "1 found it useful" in html
    assert 'value="yes" aria-pressed="true"' in html
    assert (
        "found it useful"
        not in client.post(f"{ADDRESS}{poll.pk}/rating/", {"useful": "no"}, follow=True).content.decode()
    )


def test_a_rating_that_says_nothing_or_rates_nothing_is_refused(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    poll = evidencing.add(forecast=world.premise, by=cast.bob, at=at, title="Poll", direction="raises")
    client = browse(cast.ann)
    assert "yes or no" in client.post(f"{ADDRESS}{poll.pk}/rating/", {"useful": "x"}, follow=True).content.decode()
    assert client.post(f"/forecasts/gap-yes/evidence/{poll.pk}/rating/", {"useful": "yes"}).status_code == 404
    assert client.post(f"{ADDRESS}{'9' * 30}/rating/", {"useful": "yes"}).status_code == 404
    assert not Rating.objects.exists()


def test_how_many_cite_a_piece_shows_only_where_estimates_do(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    poll = evidencing.add(forecast=world.premise, by=cast.bob, at=at - 2 * DAY, title="Poll", direction="raises")
    estimate(world.premise, cast.ann, 0.7, at - DAY, evidence=[poll.pk])
    for who, shown in ((None, False), (cast.bob, False), (cast.ann, True)):
        assert ("cited by 1 estimate" in browse(who).get("/forecasts/premise/").content.decode()) is shown


def test_a_visitor_adds_and_rates_nothing(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    poll = evidencing.add(forecast=world.premise, by=cast.bob, at=at, title="Poll", direction="raises")
    for address in (ADDRESS, f"{ADDRESS}{poll.pk}/rating/"):
        assert "/accounts/login/" in browse(None).post(address, GIVEN | {"useful": "yes"})["Location"]
    assert (Evidence.objects.count(), Rating.objects.count()) == (1, 0)
