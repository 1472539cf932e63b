"""A curator registers a forecast or a pair: checked as it is typed, shown, then put on record."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from forecasts.models import Collection, Forecast, Pair
from tests import factories

from .conftest import DAY, Browse, World, forecast
from .test_every_page import INLINE
from .test_weight import too_heavy

pytestmark = pytest.mark.django_db
ADDRESS = "/curate/forecast/"


@pytest.fixture
def curator(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.curator)


def typed(at: dt.datetime, **fields: object) -> dict[str, object]:
    """A sound question that opens now."""
    year = at.year + 2
    return {
        "question": f"Will the yearbook's count of otters exceed 300 before 1 January {year}?",
        "criteria": "Yes if the first printed edition of the yearbook gives a count above 300; otherwise it is no.",
        "sources": "The Yearbook, https://example.org/yearbook\n\nThe Almanac",
        "fallback": "The national archive's copy.",
        "opens_at": f"{at:%Y-%m-%dT%H:%M}",
        "closes_at": f"{year - 1}-06-01T00:00",
        "slug": "otters",
    } | fields


def paired(at: dt.datetime, **fields: object) -> dict[str, object]:
    given = typed(at, condition="premise", condition_outcome="both", title="Otters and the premise")
    given["question"] = "In {window}, will the yearbook's count of otters exceed 300?"
    given["criteria"] = "Yes if the first edition gives, for {window}, a count of otters above 300; otherwise it is no."
    windows = {"window_yes": "the 12 months after it starts", "window_no": f"{at.year + 2}"}
    return given | windows | fields


def html(response: Any) -> str:
    return str(response.content.decode())


def test_it_is_shown_before_anything_is_on_record(curator: Client, at: dt.datetime) -> None:
    response = curator.post(ADDRESS, typed(at))
    assert response.status_code == 200
    assert "Register this forecast?" in html(response)
    assert "count of otters exceed 300" in html(response)
    assert "/forecasts/<b>otters</b>/" in html(response)
    assert not Forecast.objects.exists()


def test_a_confirmed_forecast_is_on_record_with_all_that_was_typed(
    curator: Client, world: World, at: dt.datetime, cast: factories.Cast
) -> None:
    Collection.objects.create(slug="wild", title="Wild")
    given = typed(
        at, claim="essay:C1", part="b", hedged="on", predicts="no", tags="otters, rivers", collections=["wild"]
    )
    given |= {"condition": "premise", "condition_outcome": "yes", "reveal_at": given["closes_at"], "confirmed": "yes"}
    response = curator.post(ADDRESS, given, follow=True)
    assert response.redirect_chain == [("/forecasts/otters/", 302)]
    assert "On record as “otters”" in html(response)
    made = Forecast.objects.get(slug="otters")
    wording = made.wordings.get()
    assert (made.label, made.hedged, made.predicts, made.tags) == ("C1b", True, "no", ["otters", "rivers"])
    assert (made.condition, made.condition_outcome, made.created_by) == (world.premise, "yes", cast.curator)
    assert [each.slug for each in made.collections.all()] == ["wild"]
    assert wording.sources == ["The Yearbook, https://example.org/yearbook", "The Almanac"]
    assert (made.resolve_by, made.reveal_at, wording.made_at.tzinfo) == (made.closes_at, made.closes_at, dt.UTC)


def test_a_pair_is_registered_with_one_text_and_two_windows(curator: Client, world: World, at: dt.datetime) -> None:
    shown = html(curator.post(ADDRESS, paired(at)))
    assert "Register this pair?" in shown
    assert not Forecast.objects.filter(slug__startswith="otters").exists()
    made = html(curator.post(ADDRESS, paired(at, confirmed="yes"), follow=True))
    assert "On record as “otters-yes” and “otters-no”" in made
    yes, no = Forecast.objects.filter(pair=Pair.objects.get(slug="otters")).order_by("condition_outcome")[::-1]
    assert (yes.slug, no.slug) == ("otters-yes", "otters-no")
    assert yes.question == "In the 12 months after it starts, will the yearbook's count of otters exceed 300?"
    assert no.question == f"In {at.year + 2}, will the yearbook's count of otters exceed 300?"
    assert (yes.opens_at, yes.closes_at) == (no.opens_at, no.closes_at)
    assert yes.wordings.get().criteria.replace(
        "the 12 months after it starts", "@"
    ) == no.wordings.get().criteria.replace(f"{at.year + 2}", "@")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"question": ""}, "This field is required"),
        ({"question": "Otters will thrive."}, "A question ends with a question mark"),
        ({"criteria": ""}, "This field is required"),
        ({"opens_at": "tomorrow"}, "is not a time"),
        ({"closes_at": "2020-01-01T00:00"}, "It must close after it opens"),
        ({"resolve_by": "2020-01-01T00:00"}, "It cannot be due before it closes"),
        ({"spot_at": "2020-01-01T00:00"}, "The spot time lies between"),
        ({"sources": "x" * 501}, "At most 500 characters"),
        ({"slug": "Otters!"}, "Use lower-case letters"),
        ({"slug": "premise"}, "There is a forecast “premise” already"),
        ({"tags": "no_ü"}, "is not a tag"),
        ({"claim": "essay:C99"}, "There is no claim “essay:C99”"),
        ({"claim_search": "C1"}, "Choose the claim, or empty the search"),
        ({"condition": "nowhere"}, "There is no forecast “nowhere”"),
        ({"condition_search": "premise"}, "Choose the forecast it depends on, or empty the search"),
        ({"condition": "premise"}, "Say on which outcome of the condition it depends"),
        ({"condition_outcome": "yes"}, "Find the forecast it depends on"),
        ({"condition": "resolved", "condition_outcome": "no"}, "this would be void"),
        ({"question": "Will it rain in {window}?"}, "{window} stands for a time in pairs only"),
        ({"collections": ["nowhere"]}, "nowhere is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_registered(
    curator: Client, world: World, at: dt.datetime, fields: dict[str, object], said: str
) -> None:
    Collection.objects.create(slug="wild", title="Wild")
    before = Forecast.objects.count()
    response = curator.post(ADDRESS, typed(at, confirmed="yes") | fields)
    assert response.status_code in {400, 409}
    assert said in html(response)
    assert "autofocus" in html(response)
    assert Forecast.objects.count() == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"criteria": "Yes above 300, otherwise no, as the first edition says it and nothing else."}, "Write {window}"),
        ({"window_no": ""}, "This is required"),
        ({"window_no": "the 12 months after it starts"}, "Both windows are the same"),
        ({"condition": "resolved"}, "this would be void"),
    ],
)
def test_a_pair_that_would_compare_nothing_is_refused_whole(
    curator: Client, world: World, at: dt.datetime, fields: dict[str, object], said: str
) -> None:
    response = curator.post(ADDRESS, paired(at, confirmed="yes") | fields)
    assert response.status_code in {400, 409}
    assert said in html(response)
    assert not Pair.objects.filter(slug="otters").exists()
    assert not Forecast.objects.filter(slug__startswith="otters").exists()


def test_a_doubt_must_be_waved_through_and_is_no_refusal(curator: Client, at: dt.datetime) -> None:
    given = typed(at, fallback="")
    assert "There is no fallback" in html(curator.post(ADDRESS, given))
    refused = curator.post(ADDRESS, given | {"confirmed": "yes"})
    assert refused.status_code == 400
    assert "Tick this to put it on record all the same" in html(refused)
    assert not Forecast.objects.exists()
    curator.post(ADDRESS, given | {"confirmed": "yes", "accepted": "yes"})
    assert Forecast.objects.filter(slug="otters").exists()


def test_one_that_asks_nearly_the_same_is_shown(curator: Client, at: dt.datetime) -> None:
    asked = typed(at)
    forecast("older", at, question=str(asked["question"]).replace("300", "310"))
    shown = html(curator.post(ADDRESS, asked))
    assert "Asked already?" in shown
    assert 'href="/forecasts/older/"' in shown


def test_without_a_slug_one_is_made_from_the_question_or_the_claim_and_is_free(
    curator: Client, world: World, at: dt.datetime
) -> None:
    assert "/forecasts/<b>yearbooks-count-otters-exceed-300-1</b>/" in html(curator.post(ADDRESS, typed(at, slug="")))
    assert "/forecasts/<b>essay-c1b</b>/" in html(curator.post(ADDRESS, typed(at, slug="", claim="essay:C1", part="b")))
    forecast("essay-c1b", at)
    assert "/forecasts/<b>essay-c1b-2</b>/" in html(
        curator.post(ADDRESS, typed(at, slug="", claim="essay:C1", part="b"))
    )


def test_a_form_sent_twice_registers_once(curator: Client, world: World, at: dt.datetime) -> None:
    for given, slug in ((typed(at), "otters"), (paired(at, slug="herons"), "herons-yes")):
        first = curator.post(ADDRESS, given | {"confirmed": "yes", "accepted": "yes"})
        again = curator.post(ADDRESS, given | {"confirmed": "yes", "accepted": "yes"})
        assert (first["Location"], again.status_code, again["Location"]) == (
            f"/forecasts/{slug}/",
            302,
            first["Location"],
        )
    assert Forecast.objects.filter(slug__startswith="otters").count() == 1


def test_another_form_for_a_slug_that_is_taken_is_refused(curator: Client, at: dt.datetime) -> None:
    curator.post(ADDRESS, typed(at, confirmed="yes"))
    response = curator.post(ADDRESS, typed(at, confirmed="yes", accepted="yes", fallback="Another."))
    assert response.status_code == 409
    assert "There is a forecast “otters” already" in html(response)


def test_changing_something_keeps_what_was_typed(curator: Client, world: World, at: dt.datetime) -> None:
    shown = html(curator.post(ADDRESS, typed(at, condition="premise", condition_outcome="yes", change="yes")))
    assert "count of otters" in shown
    assert 'value="premise" checked' in shown
    assert not Forecast.objects.filter(slug="otters").exists()


def test_the_form_knows_the_claim_it_was_opened_for_and_opens_now(
    curator: Client, world: World, at: dt.datetime
) -> None:
    shown = html(curator.get(ADDRESS + "?claim=essay:C1&condition=premise"))
    assert 'value="essay:C1" checked' in shown
    assert 'value="premise" checked' in shown
    assert f'value="{at:%Y-%m-%dT%H:}' in shown


def test_without_scripts_a_search_shows_what_it_finds_and_keeps_what_was_typed(
    curator: Client, world: World, at: dt.datetime
) -> None:
    shown = html(curator.post(ADDRESS, typed(at, condition_search="Will it start?", find="condition")))
    assert 'name="condition" value="premise"' in shown
    assert "count of otters" in shown
    assert "errorlist" not in shown


def test_the_search_finds_by_slug_by_words_and_by_key(curator: Client, world: World) -> None:
    found = html(curator.get("/curate/find/condition/?condition_search=Wil it strat"))
    assert 'value="premise"' in found
    assert 'value="gap-yes"' in html(curator.get("/curate/find/condition/?condition_search=/forecasts/gap-yes/"))
    assert 'value="essay:C1"' in html(curator.get("/curate/find/claim/?claim_search=c1"))
    assert "Nothing has these words" in html(curator.get("/curate/find/claim/?claim_search=zzz"))
    assert curator.get("/curate/find/password/").status_code == 404


CHECK = "/curate/check/"


def test_the_checks_say_while_typing_what_is_said_on_sending(curator: Client, world: World, at: dt.datetime) -> None:
    shown = html(curator.post(CHECK, {"question": "Will a major war begin soon"}))
    assert "A question ends with a question mark" in shown
    assert "“major”, “soon”" in shown
    assert "Still to fill in: Criteria, Opens (UTC), Closes (UTC)" in shown
    assert "<html" not in shown
    assert "Nothing to mend, nothing to doubt" in html(curator.post(CHECK, typed(at)))
    assert "It must close after it opens" in html(curator.post(CHECK, typed(at, closes_at="2020-01-01T00:00")))
    assert "Use lower-case letters" in html(curator.post(CHECK, typed(at, slug="Otters!")))
    assert "/forecasts/Otters!/" not in html(curator.post(CHECK, typed(at, slug="Otters!"))).replace("<b>", "")
    assert "“no_ü” is not a tag" in html(curator.post(CHECK, typed(at, tags="no_ü")))
    assert "C1 has a part a already" in html(curator.post(CHECK, typed(at, claim="essay:C1", part="a")))


def test_the_checks_ask_as_much_of_the_database_whatever_is_on_record(
    curator: Client,
    cast: factories.Cast,
    at: dt.datetime,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[None]],
) -> None:
    for more in range(2):
        for number in range(5):
            forecast(f"f{more}{number}", at, question=f"Will the yearbook's count of otters exceed {number}00 in 2030?")
        with django_assert_max_num_queries(14):
            curator.post(CHECK, typed(at))


def test_the_nearest_questions_are_found_by_their_index(cast: factories.Cast, at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM forecasts_forecast ORDER BY question <-> 'Will it rain?' LIMIT 5")
        assert "forecast_question_near" in "".join(row[0] for row in cursor.fetchall())


ADDRESSES = [ADDRESS, "/curate/", "/curate/catalogue/", "/curate/source/", "/curate/source/essay/"]
ADDRESSES += ["/curate/source/essay/C1/", "/curate/forecast/premise/", "/curate/forecast/premise/tags/"]


def test_every_page_of_curators_answers_them_and_is_light(curator: Client, world: World) -> None:
    for address in ADDRESSES:
        response = curator.get(address)
        assert response.status_code == 200, address
        assert not INLINE.search(html(response)), address
        assert too_heavy(curator, address) == 0, address


@pytest.mark.parametrize("role", ["ann", "resolver"])
def test_others_are_told_whom_to_ask_and_write_nothing(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime, role: str
) -> None:
    client, before = browse(getattr(cast, role)), Forecast.objects.count()
    for address in ADDRESSES:
        response = client.get(address)
        assert response.status_code == 403, address
        assert "Ask an administrator for the role of curator" in html(response)
    assert client.post(ADDRESS, typed(at, confirmed="yes")).status_code == 403
    assert client.post(CHECK, typed(at)).status_code == 403
    assert Forecast.objects.count() == before


def test_visitors_are_asked_to_sign_in_and_come_back(browse: Browse, world: World) -> None:
    for address in ADDRESSES:
        assert browse(None).get(address)["Location"] == f"/accounts/login/?next={address}"


def test_the_index_finds_a_forecast_to_word_anew(curator: Client, world: World, at: dt.datetime) -> None:
    assert "/curate/forecast/premise/" in html(curator.get("/curate/"))
    found = html(curator.get("/curate/?words=premise"))
    assert "/curate/forecast/premise/" in found
    assert "No forecast has such words" in html(curator.get("/curate/?words=%00zzzzzz"))


def test_the_address_of_a_day_is_read_in_utc(curator: Client, at: dt.datetime) -> None:
    zoned = f"{at + DAY:%Y-%m-%dT%H:%M}+02:00"
    curator.post(ADDRESS, typed(at, opens_at=zoned, confirmed="yes"))
    assert Forecast.objects.get().opens_at == dt.datetime.fromisoformat(zoned)
