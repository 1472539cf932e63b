"""A forecast's page: putting a probability on record, being refused, withdrawing; and what stays hidden."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client

from forecasts.models import Estimate
from forecasts.services import evidencing
from tests import factories

from .conftest import DAY, Browse, World, estimate, forecast

pytestmark = pytest.mark.django_db
ADDRESS = "/forecasts/premise/estimate/"


def on_premise() -> QuerySet[Estimate]:
    return Estimate.objects.filter(forecast__slug="premise")


@pytest.fixture
def ann(browse: Browse, cast: factories.Cast) -> Client:
    return browse(cast.ann)


def test_an_estimate_is_put_on_record_with_reason_and_evidence(
    ann: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    poll = evidencing.add(forecast=world.premise, by=cast.bob, at=at, title="Poll", direction="raises")
    given = {"percent": "62.5", "rationale": "A **vote**.", "evidence": [poll.pk], "token": "abc"}
    response = ann.post(ADDRESS, given, follow=True)
    assert response.redirect_chain == [("/forecasts/premise/", 302)]
    assert "62.5% is on record" in response.content.decode()
    made = on_premise().get()
    assert (made.probability, made.rationale, made.via, list(made.evidence.all())) == (
        0.625,
        "A **vote**.",
        "page",
        [poll],
    )
    assert "You say 62.5%" in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "stored"), [("62", 0.62), (" 7,5 ", 0.075), ("0.01%", 0.0001), ("0.07", 0.07), ("1 in 14", 1 / 14)]
)
def test_probabilities_are_read_as_people_write_them(ann: Client, world: World, typed: str, stored: float) -> None:
    assert ann.post(ADDRESS, {"percent": typed}).status_code == 302
    assert on_premise().get().probability == stored


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Say how likely yes is, such as 62 or 1 in 14."),
        ("0", "being wrong is impossible"),
        ("100", "being wrong is impossible"),
        ("150", "outside 0.01% to 99.99%"),
        ("0.001%", "outside 0.01% to 99.99%"),
        ("-3", "cannot be read"),
        ("1e999999", "cannot be read"),
        ("likely", "cannot be read"),
        ("15 in 14", "larger than its whole"),
        ('"><script>', 'value="&quot;&gt;&lt;script&gt;"'),
    ],
)
def test_what_is_no_probability_is_refused_beside_its_field_and_kept(
    ann: Client, world: World, typed: str, said: str
) -> None:
    response = ann.post(ADDRESS, {"percent": typed, "rationale": "Typed with care."})
    html = response.content.decode()
    assert response.status_code == 400
    assert said in html.split('name="percent"')[1].split("</form>")[0]
    assert "Typed with care." in html
    assert 'aria-invalid="true"' in html
    assert not on_premise().exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0.5", "“0.5” was read as 50%, odds 1 to 1. 50% is on record."),
        ("13:1 against", "“13:1 against” was read as 7.1428571%, odds 1 to 13. 7.1428571% is on record."),
        ("62,5", ">62.5% is on record."),
    ],
)
def test_the_receipt_says_how_it_was_read(ann: Client, world: World, typed: str, said: str) -> None:
    assert said in ann.post(ADDRESS, {"percent": typed}, follow=True).content.decode()


def test_the_receipt_leads_back_by_withdrawing_or_to_what_stood_before(ann: Client, world: World) -> None:
    first = ann.post(ADDRESS, {"percent": "1 in 8"}, follow=True).content.decode()
    assert 'Undo: <a href="/forecasts/premise/withdraw/">withdraw</a>.' in first
    second = ann.post(ADDRESS, {"percent": "62"}, follow=True).content.decode()
    back = "/forecasts/premise/?percent=12.5%25#estimate"
    assert f'or <a href="{back}">go back to 12.5%</a>' in second
    assert 'value="12.5%"' in ann.get(back).content.decode()
    assert on_premise().count() == 2


def test_after_the_first_estimate_the_two_stand_side_by_side(
    ann: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.bob, 0.34, at - DAY)
    html = ann.post(ADDRESS, {"percent": "62"}, follow=True).content.decode()
    assert "You say 62%, the crowd says 48%" in html
    assert "Beside the crowd at 48%" in html


def test_who_is_alone_is_not_set_beside_themselves(ann: Client, world: World) -> None:
    html = ann.post(ADDRESS, {"percent": "62"}, follow=True).content.decode()
    assert "You say 62%</h2>" in html
    assert "one forecaster: you" in html
    assert "data-crowd" not in html


def test_an_estimate_may_stand_until_a_day(ann: Client, world: World, at: dt.datetime) -> None:
    until = (at + 3 * DAY).replace(second=0, microsecond=0)
    ann.post(ADDRESS, {"percent": "62", "expires_at": f"{until:%Y-%m-%dT%H:%M}"})
    assert on_premise().get().expires_at == until
    assert "stands until" in ann.get("/forecasts/premise/").content.decode()
    for typed, said in (("soon", "is not a time"), ("2020-01-01T00:00", "expire before it is made")):
        html = ann.post(ADDRESS, {"percent": "62", "expires_at": typed}).content.decode()
        assert said in html.split('name="expires_at"')[1].split("</details>")[0]
    assert on_premise().count() == 1


def test_a_pasted_link_is_added_to_the_evidence_and_cited(ann: Client, world: World) -> None:
    given = {"percent": "62", "link": "https://example.org/poll", "link_title": "Poll", "link_direction": "raises"}
    html = ann.post(ADDRESS, given, follow=True).content.decode()
    assert "cites “Poll”" in html
    assert [piece.title for piece in on_premise().get().evidence.all()] == ["Poll"]


@pytest.mark.parametrize(
    ("given", "field"), [({"link": "nonsense"}, "link"), ({"link_title": "Poll"}, "link"), ({"link": "//x"}, "link")]
)
def test_a_link_that_is_none_is_refused_beside_its_field(
    ann: Client, world: World, given: dict[str, str], field: str
) -> None:
    html = ann.post(ADDRESS, {"percent": "62"} | given).content.decode()
    assert "errorlist" in html.split(f'name="{field}"')[1].split('<div class="field')[0]
    assert "<details open><summary>Cite evidence" in html
    assert not on_premise().exists()


def test_evidence_of_another_forecast_cannot_be_cited(
    ann: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    other = evidencing.add(forecast=world.given_yes, by=cast.bob, at=at, title="Elsewhere", direction="raises")
    for wrong in (str(other.pk), "nonsense", "9" * 30):
        response = ann.post(ADDRESS, {"percent": "50", "evidence": [wrong]})
        assert response.status_code == 400
        assert not on_premise().exists()


@pytest.mark.parametrize("slug", ["upcoming", "closed", "due", "resolved", "annulled"])
def test_a_forecast_that_is_not_open_says_so_and_takes_nothing(ann: Client, world: World, slug: str) -> None:
    before = Estimate.objects.count()
    response = ann.post(f"/forecasts/{slug}/estimate/", {"percent": "50"})
    assert response.status_code == 409
    assert "takes no estimates now" in response.content.decode()
    assert Estimate.objects.count() == before


def test_the_same_form_sent_twice_is_one_estimate_and_with_another_number_two(ann: Client, world: World) -> None:
    for percent in ("40", "40", "45"):
        assert ann.post(ADDRESS, {"percent": percent, "token": "same"}).status_code == 302
    assert list(on_premise().values_list("probability", flat=True)) == [0.4, 0.45]


def test_after_the_browsers_back_every_change_of_mind_is_recorded(
    ann: Client, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    poll = evidencing.add(forecast=world.premise, by=cast.bob, at=at, title="Poll", direction="raises")
    sent: list[dict[str, Any]] = [
        {"percent": "70"},
        {"percent": "60"},
        {"percent": "70"},
        {"percent": "70", "rationale": "A vote."},
        {"percent": "70", "rationale": "A vote.", "evidence": [poll.pk]},
    ]
    for number, given in enumerate(sent, start=1):
        for _click in range(2):
            assert ann.post(ADDRESS, given | {"token": "same"}).status_code == 302
        assert on_premise().count() == number
    assert list(on_premise().values_list("probability", "rationale", "evidence")) == [
        (0.7, "", None),
        (0.6, "", None),
        (0.7, "", None),
        (0.7, "A vote.", None),
        (0.7, "A vote.", poll.pk),
    ]


def test_the_form_from_before_a_withdrawal_stands_again(ann: Client, world: World) -> None:
    ann.post(ADDRESS, {"percent": "70", "token": "same"})
    ann.post("/forecasts/premise/withdraw/")
    ann.post(ADDRESS, {"percent": "70", "token": "same"})
    assert list(on_premise().values_list("probability", flat=True)) == [0.7, None, 0.7]


def test_a_visitor_is_asked_to_sign_in_and_comes_back_here(browse: Browse, world: World) -> None:
    response = browse(None).post(ADDRESS, {"percent": "50", "next": "https://evil.example/"})
    assert response["Location"] == "/accounts/login/?next=/forecasts/premise/"
    assert not on_premise().exists()


def test_the_forms_address_leads_back_to_the_page(ann: Client, world: World) -> None:
    for action in ("estimate", "evidence"):
        assert ann.get(f"/forecasts/premise/{action}/")["Location"] == "/forecasts/premise/"


def test_signing_in_never_leads_elsewhere(browse: Browse, cast: factories.Cast) -> None:
    given = {"login": "ann", "password": "correct horse 9", "next": "https://evil.example/"}
    response = browse(None).post("/accounts/login/?next=//evil.example/", given)
    assert response["Location"] == "/"


def test_a_request_without_the_forms_token_is_refused_in_our_frame(world: World, cast: factories.Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    for who in (None, cast.ann):
        if who is not None:
            client.force_login(who)
        response = client.post(ADDRESS, {"percent": "50"})
        html = response.content.decode()
        assert (response.status_code, "The form had expired" in html) == (403, True)
        # A stale tab of somebody who has signed out.
        assert ('<p><a href="/accounts/login/">Sign in</a>' in html) == (who is None)


def test_withdrawing_asks_first(ann: Client, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    estimate(world.premise, cast.ann, 0.7, at - DAY)
    assert "Withdraw 70%" in ann.get("/forecasts/premise/withdraw/").content.decode()
    assert on_premise().count() == 1
    response = ann.post("/forecasts/premise/withdraw/", follow=True)
    assert "You no longer stand here" in response.content.decode()
    assert on_premise().filter(probability=None).count() == 1


def test_withdrawing_what_does_not_stand_is_refused_in_words(ann: Client, world: World) -> None:
    response = ann.post("/forecasts/premise/withdraw/")
    assert response.status_code == 409
    assert "nothing to withdraw" in response.content.decode()


def test_the_crowd_and_the_others_stay_hidden_until_the_first_estimate(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.bob, 0.37, at - DAY, rationale="Bob thinks so.")
    ann = browse(cast.ann)
    places = [
        "/forecasts/premise/",
        "/forecasts/",
        "/sources/essay/",
        "/",
        "/forecasts/gap-yes/",
        "/forecasts/premise/scores/",
    ]
    for client in (ann, browse(None)):
        for place in places:
            html = client.get(place).content.decode()
            assert "37%" not in html, place
            assert "Bob thinks so" not in html, place
    ann.post(ADDRESS, {"percent": "62"})
    html = ann.get("/forecasts/premise/").content.decode()
    assert "37%" in html
    assert "Bob thinks so" in html
    assert "37%" not in browse(None).get("/forecasts/premise/").content.decode()


def test_the_page_names_the_condition_and_sets_the_twins_side_by_side(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.premise, cast.ann, 0.38, at - DAY)
    estimate(world.given_yes, cast.ann, 0.61, at - DAY)
    estimate(world.given_no, cast.ann, 0.42, at - DAY)
    html = browse(cast.ann).get("/forecasts/gap-yes/").content.decode()
    assert "Counts only if" in html
    assert "resolves yes: <b>38%</b> likely, says 1 forecaster." in html
    assert "if it does: this one" in html
    assert (
        "resolves no: <b>62%</b> likely, says 1 forecaster."
        in browse(cast.ann).get("/forecasts/gap-no/").content.decode()
    )
    assert html.index("61%") < html.index("if it does not")
    assert "Said to be “likely”, which A published scale translates to 55% to 80%" in html


def test_what_people_write_cannot_run(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    nasty = (
        "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> [ok](https://example.org/a)"
    )
    made = forecast(
        "nasty", at, criteria=nasty, background=nasty, sources=["javascript:alert(1)", "see https://example.org/b)."]
    )
    estimate(made, cast.bob, 0.4, at - DAY, rationale=nasty)
    evidencing.add(
        forecast=made, by=cast.bob, at=at, title=nasty, direction="raises", summary=nasty, url="https://example.org/"
    )
    estimate(made, cast.ann, 0.5, at - DAY)
    html = browse(cast.ann).get("/forecasts/nasty/").content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="https://example.org/a"' in html
    assert 'href="https://example.org/b"' in html
