"""Answering many forecasts on one page: what is on it, what is put on record, what is refused."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from forecasts.models import CrowdPoint, Estimate
from tests import factories

from .conftest import DAY, Browse, World, estimate, forecast

pytestmark = pytest.mark.django_db


def asked(html: str) -> list[str]:
    return re.findall(r'<input id="percent-([\w-]+)"', html)


def progress(html: str) -> str:
    [said] = re.findall(r"<b>([\d,]+ of [\d,]+)</b>", html)
    return str(said)


def said(slug: str) -> list[float | None]:
    found = Estimate.objects.filter(forecast__slug=slug).order_by("made_at")
    return list(found.values_list("probability", flat=True))


def one(client: Client, slug: str, typed: str, **fields: Any) -> str:
    response = client.post(f"/answer/{slug}/", {f"percent-{slug}": typed, "token": "page-1"} | fields)
    assert response.status_code == 200
    return response.content.decode()


def test_what_is_open_and_without_ones_estimate_is_asked(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    html = browse(cast.ann).get("/answer/").content.decode()
    assert asked(html) == ["gap-yes", "gap-no", "premise"]
    assert progress(html) == "0 of 3"
    assert "Asked twice: “The gap”" in html
    assert "Counts only if “Will it start?” resolves yes" in html
    assert "Yes if the count is above 3." in html
    estimate(world.premise, cast.ann, 0.3, at - factories.DAY)
    html = browse(cast.ann).get("/answer/").content.decode()
    assert (asked(html), progress(html)) == (["gap-yes", "gap-no"], "1 of 3")


def test_it_narrows_like_the_list(browse: Browse, world: World, cast: factories.Cast) -> None:
    ann = browse(cast.ann)
    for query, slugs in {
        "condition=none": ["premise"],
        "condition=premise": ["gap-yes", "gap-no"],
        "search=start": ["premise"],
        "tag=gap": ["gap-yes"],
        "source=essay": ["gap-yes", "gap-no", "premise"],
        "status=resolved": ["gap-yes", "gap-no", "premise"],
    }.items():
        assert asked(ann.get(f"/answer/?{query}").content.decode()) == slugs
    assert "Nothing of this is open now" in ann.get("/answer/?search=zebra").content.decode()


def test_one_box_is_put_on_record_by_itself(browse: Browse, world: World, cast: factories.Cast) -> None:
    html = one(browse(cast.ann), "premise", "62")
    assert "62% on record" in html
    assert progress(html) == "1 of 3"
    assert asked(html) == ["premise"]
    assert said("premise") == [0.62]
    assert CrowdPoint.objects.filter(forecast=world.premise, n=1).exists()


def test_a_box_sent_twice_is_one_estimate_and_a_changed_mind_another(
    browse: Browse, world: World, cast: factories.Cast
) -> None:
    ann = browse(cast.ann)
    for typed in ("62", "62", "70", "62"):
        assert "on record" in one(ann, "premise", typed)
    assert said("premise") == [0.62, 0.7, 0.62]


def test_a_refusal_stands_beside_its_box(browse: Browse, world: World, cast: factories.Cast) -> None:
    ann = browse(cast.ann)
    html = one(ann, "premise", "100")
    assert 'value="100"' in html
    assert 'aria-invalid="true"' in html
    assert "on record" not in html
    assert "closed on" in one(ann, "closed", "40")
    assert one(ann, "premise", "").count("aria-invalid") == 0
    assert Estimate.objects.filter(forecaster=cast.ann, forecast__in=[world.premise, world.closed]).count() == 0
    assert ann.post("/answer/no-such/", {"percent-no-such": "5"}).status_code == 404
    assert ann.get("/answer/premise/").status_code == 405


def test_one_button_puts_all_on_record(browse: Browse, world: World, cast: factories.Cast) -> None:
    given = {"token": "t", "percent-premise": "62", "percent-gap-yes": " 30% ", "percent-gap-no": ""}
    for _ in range(2):
        response = browse(cast.ann).post("/answer/?source=essay", given)
        assert (response.status_code, response["Location"]) == (302, "/answer/?source=essay")
    assert [said(slug) for slug in ("premise", "gap-yes", "gap-no")] == [[0.62], [0.3], []]


def test_what_is_right_is_kept_and_what_is_faulty_is_named(browse: Browse, world: World, cast: factories.Cast) -> None:
    given = {"token": "t", "percent-premise": "62", "percent-gap-yes": "plenty", "percent-closed": "40"}
    response = browse(cast.ann).post("/answer/", given)
    html = response.content.decode()
    assert response.status_code == 400
    assert "1 estimate on record" in html
    assert [said(slug) for slug in ("premise", "gap-yes", "closed")] == [[0.62], [], []]
    assert asked(html) == ["gap-yes", "gap-no"]
    assert 'value="plenty"' in html
    assert "you typed “plenty”" in html
    assert "you typed “40”. This forecast takes no estimates now" in html


def test_nothing_filled_in_changes_nothing(browse: Browse, world: World, cast: factories.Cast) -> None:
    response = browse(cast.ann).post("/answer/", {"token": "t", "percent-premise": " "}, follow=True)
    assert "Nothing was filled in" in response.content.decode()
    assert said("premise") == []


def test_a_visitor_is_asked_to_sign_in(browse: Browse, world: World) -> None:
    for response in (browse(None).get("/answer/?tag=gap"), browse(None).post("/answer/premise/", {})):
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=/answer/")


def test_branches_of_a_pair_stay_together(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    for number in range(39):
        forecast(f"soon-{number}", at, closes=10)
    slugs = asked(browse(cast.ann).get("/answer/").content.decode())
    assert slugs[39:] == ["gap-yes", "gap-no"]
    assert len(slugs) == 41


def test_with_everything_answered_it_says_so(browse: Browse, cast: factories.Cast, at: dt.datetime) -> None:
    estimate(forecast("only", at), cast.ann, 0.4, at - DAY)
    html = browse(cast.ann).get("/answer/").content.decode()
    assert "You have an estimate on everything that is open" in html
    assert "None of these" in browse(cast.ann).get("/answer/?search=happen").content.decode()


def test_with_nothing_open_it_does_not_say_that_everything_is_answered(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    for address, said in (
        ("/answer/", "Nothing is open now"),
        ("/answer/?search=zebra", "Nothing of this is open now"),
    ):
        html = browse(cast.ann).get(address).content.decode()
        assert said in html
        assert "You have an estimate" not in html
