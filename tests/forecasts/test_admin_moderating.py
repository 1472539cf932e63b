"""A moderator withholds notes in the admin, and sees there no more than elsewhere."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forecasts.models import Forecast, Note, Withholding
from forecasts.services import noting
from tests import factories
from tests.factories import DAY, Cast

from .admin_pages import page, still_open

pytestmark = pytest.mark.django_db
WHY = {"reason": "Names a private person."}


@pytest.fixture
def forecast(cast: Cast) -> Forecast:
    return still_open("running", reveal_at=timezone.now() - DAY)


@pytest.fixture
def note(forecast: Forecast, cast: Cast) -> Note:
    return noting.write(forecast=forecast, by=cast.ann, at=timezone.now(), text="Said <b>in</b> haste.")


def listed(admin: Client, **query: str) -> list[Note]:
    return list(admin.get(page("note_changelist", **query)).context["cl"].result_list)


def test_a_note_is_withheld_and_shown_again(admin: Client, cast: Cast, note: Note) -> None:
    where = page("note_withhold", note.pk)
    assert where in admin.get(page("note_change", note.pk)).content.decode()
    asked = admin.get(where)
    assert asked.status_code == 200
    assert "Said &lt;b&gt;in&lt;/b&gt; haste." in asked.content.decode()
    assert "'unsafe-inline'" not in asked["Content-Security-Policy"]
    assert admin.post(where, WHY).status_code == 302
    made = Withholding.objects.get()
    assert (made.withheld, made.reason, made.decided_by) == (True, WHY["reason"], cast.admin)
    assert "withheld: Names a private person." in admin.get(page("note_changelist")).content.decode()
    assert LogEntry.objects.get().user == cast.admin

    where = page("note_restore", note.pk)
    assert where in admin.get(page("note_change", note.pk)).content.decode()
    admin.post(where, {"reason": "They agreed."})
    assert note.withholding is None


def test_a_refusal_is_said_in_the_form_and_nothing_is_recorded(admin: Client, cast: Cast, note: Note) -> None:
    assert "This field is required" in admin.post(page("note_withhold", note.pk), {"reason": " "}).content.decode()
    refused = admin.post(page("note_restore", note.pk), WHY)
    assert refused.status_code == 409
    assert "nothing to show again" in refused.content.decode()
    assert not Withholding.objects.exists()
    noting.withhold(note=note, by=cast.ann, at=timezone.now())
    refused = admin.post(page("note_restore", note.pk), WHY)
    assert refused.status_code == 403
    assert "Only they show it again" in refused.content.decode()


def test_members_of_staff_who_are_no_moderators_see_and_withhold_nothing(staff: Client, note: Note) -> None:
    for name in ("note_change", "note_withhold", "note_restore"):
        assert staff.get(page(name, note.pk)).status_code == 403
        assert staff.post(page(name, note.pk), WHY).status_code == 403
    assert staff.get(page("note_changelist")).status_code == 403
    assert not Withholding.objects.exists()


def test_private_notes_and_those_on_hidden_forecasts_are_not_there(
    admin: Client, cast: Cast, forecast: Forecast, note: Note
) -> None:
    private = noting.write(forecast=forecast, by=cast.bob, at=timezone.now(), text="Mine.", is_private=True)
    hidden = noting.write(forecast=still_open("hidden"), by=cast.bob, at=timezone.now(), text="I say 90%.")
    assert listed(admin) == listed(admin, q="haste") == [note]
    assert listed(admin, q="Mine") == []
    for unseen in (private, hidden):
        assert admin.get(page("note_change", unseen.pk)).status_code == 302  # as one that does not exist
        assert admin.post(page("note_withhold", unseen.pk), WHY).status_code == 404
    assert not Withholding.objects.exists()


def test_the_list_takes_the_same_queries_for_any_number_of_notes(
    admin: Client, cast: Cast, forecast: Forecast, note: Note
) -> None:
    spent = []
    for number in range(4):
        more = noting.write(
            forecast=forecast, by=factories.forecaster(), at=note.made_at + dt.timedelta(seconds=number), text="More."
        )
        noting.withhold(note=more, by=cast.admin, at=note.made_at, **WHY)
        with CaptureQueriesContext(connection) as captured:
            admin.get(page("note_changelist"))
        spent.append(len(captured))
    assert spent == spent[:1] * 4
