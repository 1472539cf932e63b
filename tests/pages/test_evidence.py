"""Adding evidence from a page, and rating it."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts import queries
from forecasts.models import Evidence, Forecast, Forecaster, Rating
from forecasts.pages.reading import EVIDENCE_SHOWN
from forecasts.services import evidencing
from tests import factories

from .conftest import DAY, Browse, World, estimate

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
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
        ("title", "", "Say in a few words what it says."),
        ("url", "javascript:alert(1)", "is not a web address"),
        ("direction", "sideways", "sideways is not one of the available choices"),
        ("likelihood_ratio", "0", "above 0"),
        ("likelihood_ratio", "nan", "Type one number, such as 3 or 0.5."),
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


def pieces(number: int, of: Forecast, by: Forecaster, at: dt.datetime) -> list[Evidence]:
    """So many, the oldest first."""
    first = at - 20 * DAY
    return [
        evidencing.add(forecast=of, by=by, at=first + n * MINUTE, title=f"Piece {n}.", direction="raises")
        for n in range(number)
    ]


def rows_read(plan: dict[str, Any], table: str) -> float:
    own = plan["Actual Rows"] * plan["Actual Loops"] if plan.get("Relation Name") == table else 0
    return float(own) + sum(rows_read(child, table) for child in plan.get("Plans", []))


def test_evidence_is_shown_without_reading_the_ratings_of_other_forecasts(
    world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    for piece in (*pieces(30, world.given_yes, cast.bob, at), *pieces(1, world.premise, cast.bob, at)):
        evidencing.rate(evidence=piece, by=cast.ann, at=at, useful=True)
    found = queries.evidence(world.premise, user=cast.bob, at=at)
    (explained,) = json.loads(found.explain(analyze=True, format="json"))
    # The one that is there is looked up to count it, to find a later one, and for what the reader said.
    assert rows_read(explained["Plan"], "forecasts_rating") <= 3


def test_ratings_and_citations_of_a_piece_do_not_multiply(world: World, cast: factories.Cast, at: dt.datetime) -> None:
    (poll,) = pieces(1, world.premise, cast.bob, at)
    for who in (cast.ann, cast.bob, cast.curator):
        estimate(world.premise, who, 0.7, at - DAY, evidence=[poll.pk])
        evidencing.rate(evidence=poll, by=who, at=at - DAY, useful=False)
        evidencing.rate(evidence=poll, by=who, at=at, useful=who != cast.bob)
    shown = queries.evidence(world.premise, user=cast.bob, at=at).values("n_useful", "n_citations", "said").get()
    assert shown == {"n_useful": 2, "n_citations": 3, "said": False}


def test_the_page_shows_the_newest_evidence_and_says_where_the_rest_is(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    address, client = "/forecasts/premise/", browse(cast.ann)
    oldest, *_ = pieces(EVIDENCE_SHOWN, world.premise, cast.bob, at)
    with CaptureQueriesContext(connection) as before:
        html = client.get(address).content.decode()
    assert "Piece 0." in html
    assert "newest" not in html.split('id="evidence"')[1].split("</section>")[0]
    with CaptureQueriesContext(connection) as after:
        evidencing.add(forecast=world.premise, by=cast.bob, at=at, title="One more.", direction="raises")
        adding = len(after)
        html = client.get(address).content.decode()
    assert len(after) - adding == len(before)
    assert "One more." in html
    assert "Piece 0." not in html
    assert f"These are the {EVIDENCE_SHOWN} newest" in html
    given = {"percent": "no number", "evidence": [oldest.pk]}
    assert "Piece 0." in client.post(f"{address}estimate/", given).content.decode()
    assert client.post(f"{address}estimate/", given | {"percent": "60"}).status_code == 302


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


def test_a_rating_may_carry_a_likelihood_ratio(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    poll = evidencing.add(forecast=world.premise, by=cast.bob, at=at, title="Poll", direction="raises")
    client, address = browse(cast.ann), f"{ADDRESS}{poll.pk}/rating/"
    client.post(address, {"useful": "yes", "likelihood_ratio": "1,8"})
    assert Rating.objects.get().likelihood_ratio == 1.8
    assert 'data-ratio value="1.8"' in client.get("/forecasts/premise/").content.decode()
    for typed, said in (("0", "above 0"), ("much", "Type one number, such as 3 or 0.5.")):
        assert said in client.post(address, {"useful": "yes", "likelihood_ratio": typed}, follow=True).content.decode()
    assert Rating.objects.count() == 1


def test_evidence_is_sorted_as_asked(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    older, newer = pieces(2, world.premise, cast.bob, at)
    evidencing.rate(evidence=older, by=cast.ann, at=at, useful=True)
    client = browse(None)
    for asked, first, second in (("", newer, older), ("?evidence=useful", older, newer), ("?evidence=x", newer, older)):
        html = client.get(f"/forecasts/premise/{asked}").content.decode()
        assert html.index(f'id="evidence-{first.pk}"') < html.index(f'id="evidence-{second.pk}"')


def test_what_evidence_implies_counts_what_one_weighed_since_ones_first_estimate(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    def add(title: str, by: Forecaster, day: int, ratio: float | None) -> Evidence:
        when, way = at - day * DAY, "lowers" if ratio and ratio < 1 else "raises"
        return evidencing.add(
            forecast=world.premise, by=by, at=when, title=title, direction=way, likelihood_ratio=ratio
        )

    add("Before", cast.ann, 9, 100)
    estimate(world.premise, cast.ann, 0.3, at - 8 * DAY)
    assert "What your evidence implies" not in browse(cast.ann).get("/forecasts/premise/").content.decode()
    add("Own", cast.ann, 7, 2)
    add("Of another", cast.bob, 7, 100)
    add("Unweighed", cast.ann, 6, None)
    cited = add("Cited", cast.bob, 6, 100)
    evidencing.rate(evidence=cited, by=cast.ann, at=at - 6 * DAY, useful=True, likelihood_ratio=0.5)
    estimate(world.premise, cast.ann, 0.62, at - 5 * DAY, evidence=[cited.pk])
    html = browse(cast.ann).get("/forecasts/premise/").content.decode()
    said = html.split('id="implied"')[1].split("</section>")[0]
    assert "You began with <b>30%</b>. The 2 pieces of evidence" in said
    assert "make that <b>30%</b>; you now say <b>62%</b>" in said
    assert ("× 2 Own" in said, "× 0.5 Cited" in said) == (True, True)
    add("More", cast.ann, 1, 1.8)
    assert "make that <b>44%</b>" in browse(cast.ann).get("/forecasts/premise/").content.decode()
    assert "implies" not in browse(cast.bob).get("/forecasts/premise/").content.decode()
