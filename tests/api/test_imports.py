"""Bringing a record along over the API: what it would bring, bringing it, how far it is, showing it, removing it."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forecasts.importing.formats import FORMATS
from forecasts.models import Import, ImportedForecast, ImportedRecord
from forecasts.services import imports
from tests import factories
from tests.api.conftest import Clock
from tests.api.speaking import PREFIX, Api, everything, refusal
from tests.forecasts.elsewhere import FILE
from tests.forecasts.test_imports import several

pytestmark = pytest.mark.django_db
PATH = "imports/"


def send(api: Api, content: str = FILE, **given: Any) -> Any:
    body = {"format": "plain", "file": SimpleUploadedFile("mine.csv", content.encode())} | given
    return api.client.post(PREFIX + PATH, {name: each for name, each in body.items() if each is not None})


def patch(api: Api, path: str, body: dict[str, Any]) -> Any:
    return api.client.patch(PREFIX + path, body, content_type="application/json")


def test_a_file_is_brought_and_a_second_time_changes_nothing(ann: Api) -> None:
    answer = send(ann)
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["state"], said["format"], said["file_name"], said["n_estimates"]) == ("made", "plain", "mine.csv", 3)
    assert said["report"]["new"] == {"forecasts": 2, "estimates": 3, "outcomes": 1}
    (left,) = said["report"]["not_taken"]
    assert (left["place"], left["whole"]) == ("line 5", True)
    assert ann.get(f"{PATH}{said['id']}/").json() == said
    again = send(ann).json()
    assert again["report"]["here"] == said["report"]["new"]
    assert set(again["report"]["new"].values()) == {0}
    assert [row["id"] for row in everything(ann, PATH)] == [again["id"], said["id"]]


def test_a_dry_run_says_the_same_and_keeps_nothing(ann: Api) -> None:
    seen = send(ann, dry_run="true")
    assert (seen.status_code, seen.json()["id"], seen.json()["state"]) == (200, None, "previewed")
    assert not Import.objects.exists()
    assert not ImportedRecord.objects.exists()
    assert send(ann).json()["report"] == seen.json()["report"]


def test_a_large_one_is_a_job_whose_address_tells_how_far_it_is(
    ann: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    asked = send(ann)
    assert (asked.status_code, asked.json()["state"], asked.json()["ended_at"]) == (202, "waiting", None)
    refusal(send(ann), 409)
    imports.carry_out(import_id=asked.json()["id"], clock=clock)
    made = ann.get(f"{PATH}{asked.json()['id']}/").json()
    assert made["state"] == "made"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"format": "none"}, "format"),
        ({"format": None}, "format"),
        ({"file": None}, "file"),
        ({"content": ""}, "file"),
        ({"content": "a,b\n1,2\n"}, "file"),
        ({"dry": "true"}, "dry"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"whose": "x" * 201}, "whose"),
        ({"whose": "a\x00"}, "whose"),
    ],
)
def test_what_cannot_be_is_refused_by_field(ann: Api, given: dict[str, Any], field: str) -> None:
    refusal(send(ann, **given), 400, field)
    assert not Import.objects.exists()


def test_a_body_of_another_type_is_refused(ann: Api) -> None:
    refusal(ann.post(PATH, {"format": "plain"}), 415)


def test_whose_record_it_is_has_to_be_said(ann: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "FORMATS", {"plain": replace(FORMATS["plain"], read=several)})
    assert send(ann, dry_run="true").json()["report"]["names"] == ["Ada", "Grace"]
    refusal(send(ann), 400, "whose")
    refusal(send(ann, whose="Alan"), 400, "whose")
    assert not Import.objects.exists()
    assert send(ann, whose="Ada").json()["whose"] == "Ada"


def test_too_many_within_an_hour_are_refused(ann: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "HOURLY", 1)
    send(ann)
    refusal(send(ann), 429)


def test_nobody_sees_another_s_files(ann: Api, bob: Api, visitor: Api) -> None:
    path = f"{PATH}{send(ann).json()['id']}/"
    refusal(bob.get(path), 404)
    refusal(visitor.get(path), 401)
    refusal(visitor.get(PATH), 401)
    refusal(send(visitor), 401)
    assert everything(bob, PATH) == []
    refusal(ann.get(f"{PATH}{2**70}/"), 404)


def test_a_record_is_scored(ann: Api) -> None:
    send(ann)
    said = ann.get("imported/plain/").json()
    assert [said[f"n_{name}"] for name in ("questions", "answered", "counted", "unscheduled")] == [2, 1, 1, 1]
    assert not said["provisional"]
    scores = {row["measure"]: row for row in said["scores"]}
    assert set(scores) == {"baseline", "baseline_rate", "brier", "log_score"}
    # 70% for 31 days, then 90% for 27.5, and yes.
    assert scores["brier"]["score"] == pytest.approx((31 * 0.09 + 27.5 * 0.01) / 58.5)
    assert (scores["brier"]["low"], scores["brier"]["n"], scores["brier"]["coverage"]) == (None, 1, 1)
    assert said["calibration"]["brier"] == pytest.approx(scores["brier"]["score"], abs=1e-4)
    assert len(said["calibration"]["bins"]) == 10


def test_it_is_its_owner_s_alone_until_shown_and_again_when_hidden(ann: Api, bob: Api, visitor: Api) -> None:
    send(ann)
    theirs = "imported/?forecaster=ann"
    for other in (bob, visitor):
        refusal(other.get("imported/plain/?forecaster=ann"), 404)
        assert everything(other, theirs) == []
    assert everything(ann, "imported/")[0]["is_public"] is False
    assert patch(ann, "imported/plain/", {"is_public": True}).json()["is_public"] is True
    for other in (bob, visitor):
        assert other.get("imported/plain/?forecaster=ann").json()["n_questions"] == 2
        assert [row["origin"] for row in everything(other, theirs)] == ["plain"]
        assert patch(other, "imported/plain/", {"is_public": False}).status_code in {401, 404}
        assert other.delete("imported/plain/").status_code in {401, 404}
    patch(ann, "imported/plain/", {"is_public": False})
    refusal(bob.get("imported/plain/?forecaster=ann"), 404)
    refusal(visitor.get("imported/"), 401)
    refusal(patch(ann, "imported/plain/", {"is_public": "yes"}), 400, "is_public")
    refusal(patch(ann, "imported/fatebook/", {"is_public": True}), 404)


def test_it_may_be_shown_as_it_is_brought(ann: Api, visitor: Api) -> None:
    send(ann, shows="true")
    assert visitor.get("imported/plain/?forecaster=ann").status_code == 200


def test_it_is_removed(ann: Api, cast: factories.Cast) -> None:
    send(ann)
    assert ann.delete("imported/plain/").status_code == 204
    refusal(ann.delete("imported/plain/"), 404)
    assert not ImportedForecast.objects.exists()
    assert everything(ann, PATH) == []
