"""Withholding notes and showing them again: by their author, by a moderator, by nobody else."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from forecasts.models import Forecast, Forecaster, Note, Withholding
from forecasts.refusals import Conflict, Invalid, NotAllowed, Refused
from forecasts.services import noting
from tests import factories
from tests.factories import DAY, NOW, Cast

from .record import Put, Record, both_ways, refused

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


@pytest.fixture
def forecast(cast: Cast) -> Forecast:
    """One whose crowd everyone may see."""
    return factories.forecast(reveal_at=NOW - DAY)


def write(forecast: Forecast, by: Forecaster, **changes: Any) -> Note:
    return noting.write(forecast=forecast, by=by, **{"at": NOW, "text": "It was counted twice."} | changes)


def test_a_moderator_withholds_and_shows_again(forecast: Forecast, cast: Cast) -> None:
    note = write(forecast, cast.ann)
    made = noting.withhold(note=note, by=cast.admin, at=NOW, reason=" Names a private person. ")
    assert (made.revision, made.withheld, made.reason, made.by_author) == (1, True, "Names a private person.", False)
    assert note.withholding == made
    assert [note.text_for(who) for who in (NOBODY, cast.bob, cast.ann, cast.resolver)] == [None] * 4
    assert note.text_for(cast.admin) == note.text
    noting.restore(note=note, by=cast.admin, at=NOW + DAY, reason="They agreed.")
    assert note.withholding is None
    assert note.text_for(NOBODY) == note.text
    assert list(Note.objects.visible_to(NOBODY, at=NOW + DAY)) == [note]


def test_an_author_withdraws_and_shows_again_without_a_reason(forecast: Forecast, cast: Cast) -> None:
    note = write(forecast, cast.ann)
    made = noting.withhold(note=note, by=cast.ann, at=NOW)
    assert (made.by_author, made.reason, note.text_for(cast.ann)) == (True, "", None)
    noting.restore(note=note, by=cast.ann, at=NOW)
    assert note.text_for(cast.bob) == note.text


@pytest.mark.parametrize("who", ["bob", "curator", "resolver"])
def test_nobody_else_withholds(forecast: Forecast, cast: Cast, who: str) -> None:
    note = write(forecast, cast.ann)
    for deed in (noting.withhold, noting.restore):
        with pytest.raises(NotAllowed, match="Only its author and administrators"):
            deed(note=note, by=getattr(cast, who), at=NOW, reason="I dislike it.")
    assert not Withholding.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"closed_at": NOW}])
def test_an_administrator_whose_account_is_closed_withholds_nothing(
    forecast: Forecast, cast: Cast, change: dict[str, Any]
) -> None:
    note = write(forecast, cast.ann)
    Forecaster.objects.filter(pk=cast.admin.pk).update(**change)
    with pytest.raises(NotAllowed, match="closed"):
        noting.withhold(note=note, by=cast.admin, at=NOW, reason="Spam.")


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\x00b"])
def test_a_moderator_gives_a_reason(forecast: Forecast, cast: Cast, reason: str) -> None:
    note = write(forecast, cast.ann)
    with pytest.raises(Invalid) as refusal:
        noting.withhold(note=note, by=cast.admin, at=NOW, reason=reason)
    assert refusal.value.field == "reason"
    assert not Withholding.objects.exists()


def test_a_private_note_is_nobodys_to_withhold(forecast: Forecast, cast: Cast) -> None:
    note = write(forecast, cast.ann, is_private=True)
    for who in (cast.ann, cast.admin):
        with pytest.raises(Refused):
            noting.withhold(note=note, by=who, at=NOW, reason="Spam.")
    assert not Withholding.objects.exists()


def test_nobody_undoes_what_another_decided(forecast: Forecast, cast: Cast) -> None:
    note = write(forecast, cast.ann)
    with pytest.raises(Conflict, match="not withheld"):
        noting.restore(note=note, by=cast.ann, at=NOW)
    noting.withhold(note=note, by=cast.ann, at=NOW)
    with pytest.raises(Conflict, match="already"):
        noting.withhold(note=note, by=cast.ann, at=NOW)
    with pytest.raises(NotAllowed, match="Only they"):
        noting.restore(note=note, by=cast.admin, at=NOW, reason="I liked it.")
    # Or its author could show it again.
    noting.withhold(note=note, by=cast.admin, at=NOW, reason="Unlawful.")
    for by in (cast.ann, cast.admin):
        with pytest.raises(Conflict, match="already"):
            noting.withhold(note=note, by=by, at=NOW, reason="Again.")
    with pytest.raises(NotAllowed, match="A moderator withheld"):
        noting.restore(note=note, by=cast.ann, at=NOW)
    noting.restore(note=note, by=cast.admin, at=NOW, reason="Settled.")
    assert [row.withheld for row in note.withholdings.all()] == [True, True, False]


def test_of_two_decisions_at_once_the_second_is_a_conflict(
    forecast: Forecast, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = write(forecast, cast.ann)
    noting.withhold(note=note, by=cast.ann, at=NOW)
    monkeypatch.setattr("django.db.models.query.QuerySet.first", lambda _: None)
    with pytest.raises(Conflict, match="at the same moment"):
        noting.withhold(note=note, by=cast.ann, at=NOW)


@both_ways
def test_withholdings_follow_one_another(record: Record, cast: Cast, put: Put) -> None:
    with refused("withholding_revision_once"):
        put(record.withholding)
    with refused("would leave a gap"):
        put(record.withholding, revision=3)
    with refused("withholding_revision_from_1"):
        put(record.withholding, revision=0)
    other = write(record.forecast, cast.ann)
    with refused("withholding_begins_withheld"):
        put(record.withholding, note_id=other.pk, withheld=False)
    private = write(record.forecast, cast.ann, at=NOW + DAY, is_private=True)
    with refused("is private"):
        put(record.withholding, note_id=private.pk)
    put(record.withholding, revision=2, withheld=False)
