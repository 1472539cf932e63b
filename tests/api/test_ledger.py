"""Checkpoints and proofs over the API, and the verifier that needs nothing of ours."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from forecasts.models import Estimate, Forecast
from forecasts.services import noting, removing, sealing
from tests import factories
from tests.api.speaking import Api, everything, refusal
from tests.factories import DAY, NOW
from tests.service import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cast: factories.Cast) -> Forecast:
    return factories.forecast("asked")


@pytest.fixture
def estimate(asked: Forecast, cast: factories.Cast) -> Estimate:
    for number in range(5):
        factories.estimate(asked, cast.bob, 0.1 + 0.1 * number, NOW - (9 - number) * DAY)
    made = factories.estimate(asked, cast.ann, 0.7, NOW, rationale="Base rates, “mostly”.")
    sealing.seal(at=NOW)
    return made


def checked(tmp_path: Path, proof: Any, saved: Any = None) -> subprocess.CompletedProcess[str]:
    """By the stand-alone verifier, in a Python of its own."""
    (tmp_path / "proof.json").write_text(json.dumps(proof), "utf-8")
    files = ["proof.json"]
    if saved is not None:
        (tmp_path / "saved.json").write_text(json.dumps(saved), "utf-8")
        files.append("saved.json")
    command = [sys.executable, "-I", str(ROOT / "config" / "static" / "verify_proof.py"), *files]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_a_proof_is_verified_by_whoever_has_python(ann: Api, estimate: Estimate, tmp_path: Path) -> None:
    proof = ann.get(f"ledger/proofs/estimate/{estimate.pk}/").json()
    done = checked(tmp_path, proof, ann.get("ledger/checkpoints/").json())
    assert done.returncode == 0, done.stderr
    assert '"probability":0.7' in done.stdout
    assert proof["texts"]["rationale"]["text"] == "Base rates, “mostly”."
    assert len(proof["path"]) >= 3


@pytest.mark.parametrize("part", ["leaf", "text", "path", "root", "hash", "number"])
def test_a_proof_that_was_tampered_with_fails(ann: Api, estimate: Estimate, tmp_path: Path, part: str) -> None:
    proof = ann.get(f"ledger/proofs/estimate/{estimate.pk}/").json()
    if part == "leaf":
        proof["leaf"] = proof["leaf"].replace('"probability":0.7', '"probability":0.8')
    elif part == "text":
        proof["texts"]["rationale"]["text"] = "I knew it."
    elif part == "path":
        proof["path"][0]["side"] = "right" if proof["path"][0]["side"] == "left" else "left"
    elif part == "number":
        proof["checkpoint"]["number"] += 1
    else:
        proof["checkpoint"][part] = "00" * 32
    done = checked(tmp_path, proof)
    assert done.returncode == 1
    assert done.stderr.strip()


def test_a_proof_of_another_ledger_is_not_among_those_that_were_saved(
    ann: Api, estimate: Estimate, tmp_path: Path
) -> None:
    proof = ann.get(f"ledger/proofs/estimate/{estimate.pk}/").json()
    assert "not among those that were saved" in checked(tmp_path, proof, {"results": []}).stderr
    other = ann.get("ledger/checkpoints/").json()["results"][0] | {"hash": "00" * 32}
    assert "has been rewritten since" in checked(tmp_path, proof, {"results": [other]}).stderr


def test_checkpoints_chain_the_newest_first(visitor: Api, estimate: Estimate, cast: factories.Cast) -> None:
    factories.estimate(estimate.forecast, cast.ann, 0.6, NOW + DAY)
    sealing.seal(at=NOW + DAY)
    second, first = everything(visitor, "ledger/checkpoints/?limit=1")
    assert (first["number"], second["number"], first["previous"]) == (1, 2, "00" * 32)
    assert second["previous"] == first["hash"]


def test_every_kind_that_can_be_seen_has_its_proof(ann: Api, estimate: Estimate, tmp_path: Path) -> None:
    factories.resolution(estimate.forecast, "yes", NOW + DAY)
    sealing.seal(at=NOW + DAY)
    wording, decision = estimate.wording_id, estimate.forecast.resolutions.get().pk
    for kind, id_ in (("wording", wording), ("resolution", decision)):
        assert checked(tmp_path, ann.get(f"ledger/proofs/{kind}/{id_}/").json()).returncode == 0


def test_nobody_gets_a_proof_of_what_they_may_not_see(
    visitor: Api, ann: Api, bob: Api, asked: Forecast, cast: factories.Cast
) -> None:
    hidden = factories.estimate(asked, cast.bob, 0.2, NOW)
    private = noting.write(forecast=asked, by=cast.bob, at=NOW, text="For me.", is_private=True)
    sealing.seal(at=NOW)
    for path in (f"ledger/proofs/estimate/{hidden.pk}/", f"ledger/proofs/note/{private.pk}/"):
        assert bob.get(path).status_code == 200
        for other in (visitor, ann):
            refusal(other.get(path), 404)


def test_a_withheld_note_is_proved_without_its_text(
    ann: Api, bob: Api, cast: factories.Cast, estimate: Estimate, tmp_path: Path
) -> None:
    note = noting.write(forecast=estimate.forecast, by=cast.bob, at=NOW, text="Nonsense.")
    noting.withhold(note=note, by=cast.admin, at=NOW, reason="Rude.")
    sealing.seal(at=NOW)
    proof = ann.get(f"ledger/proofs/note/{note.pk}/").json()
    assert proof["texts"] == {}
    assert "Nonsense" not in json.dumps(proof)
    assert checked(tmp_path, proof).returncode == 0


def test_a_removed_text_is_in_no_proof_and_the_proof_holds(
    ann: Api, cast: factories.Cast, estimate: Estimate, tmp_path: Path
) -> None:
    removing.remove(
        kind="estimate", row_id=estimate.pk, field="rationale", by=cast.admin, at=NOW, reason="A court ordered it."
    )
    proof = ann.get(f"ledger/proofs/estimate/{estimate.pk}/").json()
    assert proof["texts"] == {}
    assert checked(tmp_path, proof).returncode == 0


@pytest.mark.parametrize("path", ["estimate/999999999", "citation/1", "nonsense/1", "estimate/99999999999999999999"])
def test_what_is_not_there_has_no_proof(ann: Api, estimate: Estimate, path: str) -> None:
    refusal(ann.get(f"ledger/proofs/{path}/"), 404)


def test_what_is_not_sealed_yet_says_so(ann: Api, asked: Forecast, cast: factories.Cast) -> None:
    made = factories.estimate(asked, cast.ann, 0.2, NOW)
    assert "not sealed yet" in refusal(ann.get(f"ledger/proofs/estimate/{made.pk}/"), 404)["detail"]
