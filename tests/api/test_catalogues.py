"""Whole catalogues over the API."""

from typing import Any

import pytest

from forecasts.models import Forecast, Registration, Source
from forecasts.services import registrations
from tests import factories
from tests.api.conftest import Clock
from tests.api.speaking import Api, refusal
from tests.factories import NOW
from tests.forecasts.large_catalogs import large

pytestmark = pytest.mark.django_db
PATH = "catalogues/"


def sent(api: Api, text: str, **more: Any) -> Any:
    return api.post(PATH, {"text": text} | more)


def test_a_catalogue_is_registered_and_a_second_time_changes_nothing(curator: Api) -> None:
    first, again = sent(curator, large(3)), sent(curator, large(3))
    assert (first.status_code, again.status_code) == (201, 201)
    said = first.json()
    assert (said["id"], said["state"], said["n_forecasts"], said["done"], said["faults"]) == (None, "made", 3, 3, [])
    assert {"summer-1", "summer-2", "summer-3"} <= set(said["registered"])
    assert set(again.json()["unchanged"]) == set(said["registered"])
    assert again.json()["registered"] == []
    assert Forecast.objects.count() == 3


def test_a_preview_says_the_same_and_makes_nothing(curator: Api) -> None:
    seen = sent(curator, large(3), preview=True)
    assert (seen.status_code, seen.json()["state"]) == (200, "previewed")
    assert not Source.objects.exists()
    made = sent(curator, large(3)).json()
    assert seen.json() | {"state": "made"} == made


def test_every_fault_of_the_text_is_told_with_its_place(curator: Api) -> None:
    text = large(3).replace("summer-1", "Summer 1").replace("summer-2", "Summer 2")
    response = sent(curator, text)
    first = refusal(response, 400, response.json()["errors"][0]["field"])
    assert first["field"].endswith("[[forecasts]] 1 (Summer 1).slug")
    assert len(response.json()["errors"]) >= 2
    assert "Nothing was registered" in response.json()["detail"]
    assert not Source.objects.exists()


def test_every_fault_of_the_record_is_told_by_forecast(curator: Api) -> None:
    sent(curator, large(3))
    response = sent(curator, large(3).replace("Will summer number", "Shall summer number"))
    assert [error["field"] for error in response.json()["errors"]] == [f"summer-{n}.reason" for n in (1, 2, 3)]
    refusal(response, 409, "summer-1.reason")


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "text"), ({"text": ""}, "text"), ({"text": 5}, "text"), ({"text": "a", "previw": True}, "previw")],
)
def test_a_body_that_makes_no_sense_is_refused(curator: Api, body: Any, field: str) -> None:
    refusal(curator.post(PATH, body), 400, field)


def test_curators_only(visitor: Api, ann: Api, cast: factories.Cast) -> None:
    made = registrations.ask(text=large(3), by=cast.curator, at=NOW)
    for path in (PATH, f"{PATH}{made.pk}/"):
        answers = [api.post(path, {"text": large(3)}) if path == PATH else api.get(path) for api in (visitor, ann)]
        assert [answer.status_code for answer in answers] == [401, 403]
    assert not Source.objects.exists()


def test_a_large_one_is_a_job_whose_address_tells_how_far_it_is(
    curator: Api, cast: factories.Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registrations, "AT_ONCE", 2)
    asked = sent(curator, large(3))
    assert (asked.status_code, asked.json()["state"], asked.json()["done"]) == (202, "waiting", 0)
    address = f"{PATH}{asked.json()['id']}/"
    assert curator.get(address).json() == asked.json()
    registrations.carry_out(registration_id=asked.json()["id"], clock=clock)
    made = curator.get(address).json()
    assert (made["state"], made["done"]) == ("made", 3)
    assert "summer-2" in made["registered"]
    assert sent(curator, large(3)).json()["id"] != made["id"]


def test_why_a_job_was_refused_is_told_to_its_sender_alone(
    curator: Api, cast: factories.Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(curator, large(3))
    monkeypatch.setattr(registrations, "AT_ONCE", 2)
    asked = sent(curator, large(3).replace("Will summer number", "Shall summer number")).json()
    registrations.carry_out(registration_id=asked["id"], clock=clock)
    assert len(curator.get(f"{PATH}{asked['id']}/").json()["faults"]) == 3
    other = Api(factories.forecaster("second", is_curator=True))
    seen = other.get(f"{PATH}{asked['id']}/").json()
    assert (seen["state"], seen["faults"]) == ("refused", [])


def test_a_job_that_is_not_there_is_not_found(curator: Api) -> None:
    refusal(curator.get(f"{PATH}99/"), 404)
    refusal(curator.get(f"{PATH}{2**70}/"), 404)
    assert not Registration.objects.exists()
