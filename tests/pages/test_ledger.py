"""The ledger's pages: the newest seal, and the proof of a row for whoever may see it."""

import datetime as dt

import pytest
from django.urls import reverse

from forecasts.models import Checkpoint
from forecasts.services import noting, sealing
from tests import factories

from .conftest import DAY, Browse, World, estimate

pytestmark = pytest.mark.django_db


def test_before_the_first_seal_it_says_when_that_comes(browse: Browse, db: None) -> None:
    assert "Nothing is sealed yet." in browse(None).get("/ledger/").content.decode()


def test_it_shows_the_newest_seal_to_keep(browse: Browse, world: World, at: dt.datetime) -> None:
    sealing.seal(at=at)
    html = browse(None).get("/ledger/").content.decode()
    last = Checkpoint.objects.get()
    assert f"checkpoint 1 {bytes(last.hash).hex()}</textarea>" in html
    assert "Nothing waits for the next." in html
    assert 'download="verify_proof.py"' in html


def test_what_waits_is_counted(browse: Browse, world: World, cast: factories.Cast, at: dt.datetime) -> None:
    sealing.seal(at=at)
    estimate(world.given_yes, cast.bob, 0.6, at)
    assert "1 row waits for the next." in browse(None).get("/ledger/").content.decode()


def test_ones_estimate_and_every_decision_lead_to_their_proofs(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.given_yes, cast.bob, 0.6, at)
    said = world.given_yes.estimates.filter(forecaster=cast.bob).latest("made_at")
    address = reverse("proof", args=["estimate", said.pk])
    assert address in browse(cast.bob).get(world.given_yes.get_absolute_url()).content.decode()
    assert "It is not sealed yet." in browse(cast.bob).get(address).content.decode()
    sealing.seal(at=at)
    html = browse(cast.bob).get(address).content.decode()
    assert '<th scope="row">probability</th><td>0.6</td>' in html
    assert f"/api/v1/ledger/proofs/estimate/{said.pk}/" in html
    decided = world.resolved.resolutions.get()
    assert (
        reverse("proof", args=["resolution", decided.pk])
        in browse(None).get(world.resolved.get_absolute_url()).content.decode()
    )


def test_nobody_sees_the_proof_of_what_is_hidden_from_them(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    estimate(world.given_yes, cast.bob, 0.6, at + DAY / 100)
    said = world.given_yes.estimates.latest("made_at")
    note = noting.write(forecast=world.given_yes, by=cast.bob, at=at, text="For me.", is_private=True)
    sealing.seal(at=at)
    for address in (reverse("proof", args=["estimate", said.pk]), reverse("proof", args=["note", note.pk])):
        assert browse(None).get(address).status_code == 404
        assert browse(cast.curator).get(address).status_code == 404
        assert browse(cast.bob).get(address).status_code == 200


@pytest.mark.parametrize("path", ["/ledger/nonsense/1/", "/ledger/citation/1/", "/ledger/estimate/987654321/"])
def test_what_is_not_there_has_no_proof(browse: Browse, world: World, path: str) -> None:
    assert browse(None).get(path).status_code == 404
