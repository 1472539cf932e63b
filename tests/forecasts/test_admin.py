"""The admin: a resolver's whole work, everything to look at, and nothing of the record to rewrite."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Collection, Forecaster
from forecasts.services import accounts, evidencing, registering
from tests import factories
from tests.factories import DAY, Cast

from .admin_pages import decision, due, page, questions, still_open
from .record import Record

pytestmark = pytest.mark.django_db


# Seeing what is due


def test_what_is_due_comes_first_and_the_most_overdue_at_the_top(admin: Client) -> None:
    factories.resolution(due("settled", 40), "yes", timezone.now())
    still_open("running")
    due("late", 3)
    due("later", 9)
    premise = due("premise", 6)
    due("blocked", 20, condition=premise, condition_outcome="yes")
    assert questions(admin) == ["later", "premise", "late", "blocked", "running", "settled"]


def test_the_list_is_filtered_and_searched(admin: Client) -> None:
    source = factories.source()
    claim = source.claims.create(key="C7", position=1, author="A. Writer", restated="It rains.")
    collection = Collection.objects.create(slug="sky", title="Sky")
    # With a single choice Django offers no filter.
    factories.source()
    Collection.objects.create(slug="sea", title="Sea")
    due("late", claim=claim, part="a")
    still_open("running", collections=[collection])
    factories.resolution(due("settled"), "yes", timezone.now())
    assert questions(admin, status="waiting") == ["late"]
    assert questions(admin, status="open") == ["running"]
    assert questions(admin, status="resolved") == ["settled"]
    assert questions(admin, claim__source__id__exact=str(source.pk)) == ["late"]
    assert questions(admin, collections__id__exact=str(collection.pk)) == ["running"]
    assert questions(admin, q="C7") == ["late"]
    assert questions(admin, q="runn") == ["running"]


def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(admin: Client) -> None:
    source = factories.source()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            admin.get(page("forecast_changelist"))
        return len(captured)

    def another(number: int) -> None:
        claim = source.claims.create(key=f"C{number}", position=number, author="A. Writer", restated="It rains.")
        forecast = due(claim=claim)
        factories.resolution(forecast, "yes", timezone.now())

    another(1)
    few = queries()
    for number in range(2, 9):
        another(number)
    assert queries() == few


def test_a_forecasts_page_shows_wordings_evidence_counts_and_every_revision(admin: Client, cast: Cast) -> None:
    now = timezone.now()
    forecast = still_open("running")
    text = factories.text(opens_at=forecast.opens_at, closes_at=forecast.closes_at, criteria="Yes if above 4.")
    registering.reword(forecast=forecast, text=text, by=cast.curator, at=now, reason="It was unclear.")
    evidencing.add(forecast=forecast, by=cast.ann, at=now, title="A yearbook", direction="raises")
    factories.estimate(forecast, cast.ann, 0.7, now)
    factories.resolution(forecast, "yes", now, reason="It was seen.")
    factories.resolution(forecast, "no", now, revision=1, reason="It was looked at again.")
    shown = admin.get(page("forecast_change", forecast.pk)).content.decode()
    for words in (
        "Yes if above 4.",
        "Yes if the count is above 3.",
        "It was unclear.",
        "A yearbook",
        "It was seen.",
        "It was looked at again.",
    ):
        assert words in shown
    assert re.search(r"Estimates:.*?readonly\">1<", shown, re.DOTALL)
    assert page("forecast_resolve", forecast.pk) in shown
    assert page("forecast_reopen", forecast.pk) in shown


# Rewriting nothing

KEPT = ("forecast", "wording", "estimate", "evidence", "rating", "resolution", "note")


@pytest.mark.parametrize("kind", KEPT)
def test_not_even_a_superuser_adds_changes_or_deletes_a_row(admin: Client, record: Record, kind: str) -> None:
    row = getattr(record, kind)
    factories.resolution(record.forecast, "yes")  # or the estimate would be hidden
    before = type(row).objects.filter(pk=row.pk).values().get()
    assert admin.get(page(f"{kind}_change", row.pk)).status_code == 200
    for where in (page(f"{kind}_change", row.pk), page(f"{kind}_delete", row.pk), page(f"{kind}_add")):
        assert admin.post(where, {"post": "yes"}).status_code == 403
    for where in (page(f"{kind}_delete", row.pk), page(f"{kind}_add")):
        assert admin.get(where).status_code == 403
    admin.post(page(f"{kind}_changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert type(row).objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("kind", ["source", "claim", "collection", "pair"])
def test_where_forecasts_are_from_is_for_looking_only(admin: Client, kind: str) -> None:
    source = factories.source()
    condition = due()
    rows = {
        "source": source,
        "claim": source.claims.create(key="C1", position=1, author="A. Writer", restated="It rains."),
        "collection": Collection.objects.create(slug="sky", title="Sky"),
        "pair": registering.make_pair(slug="pair", title="Both", condition=condition, by=factories.curator()),
    }
    row = rows[kind]
    assert admin.get(page(f"{kind}_changelist")).status_code == 200
    assert admin.get(page(f"{kind}_change", row.pk)).status_code == 200
    for where in (page(f"{kind}_change", row.pk), page(f"{kind}_delete", row.pk), page(f"{kind}_add")):
        assert admin.post(where, {"post": "yes"}).status_code == 403


def test_estimates_that_are_hidden_from_the_staff_are_hidden_here(admin: Client, cast: Cast) -> None:
    hidden = factories.estimate(still_open(), cast.ann, 0.7, timezone.now())
    forecast = still_open()
    shown = factories.estimate(forecast, cast.ann, 0.7, timezone.now())
    factories.estimate(forecast, cast.admin, 0.6, timezone.now() - DAY / 2)
    listed = admin.get(page("estimate_changelist")).context["cl"].result_list
    assert shown in listed
    assert hidden not in listed
    assert admin.get(page("estimate_change", shown.pk)).status_code == 200
    assert admin.get(page("estimate_change", hidden.pk)).status_code == 302  # as one that does not exist


# Roles


def test_an_administrator_gives_and_takes_roles_and_nothing_else(admin: Client, cast: Cast) -> None:
    where = page("forecaster_change", cast.ann.pk)
    admin.post(where, {"is_active": "on", "is_resolver": "on", "username": "eve", "is_superuser": "on"})
    changed = Forecaster.objects.get(pk=cast.ann.pk)
    assert (changed.is_resolver, changed.is_curator, changed.is_active) == (True, False, True)
    assert (changed.username, changed.is_superuser) == ("ann", False)
    admin.post(where, {})
    assert not Forecaster.objects.get(pk=cast.ann.pk).is_active


def test_an_administrator_neither_makes_nor_renames_an_account(admin: Client, cast: Cast) -> None:
    accounts.close(account=cast.ann, by=cast.ann, at=timezone.now(), typed_name="ann")
    made = {"username": "ann", "password1": "correct horse 9", "password2": "correct horse 9"}
    assert admin.post(page("forecaster_add"), made).status_code == 403
    admin.post(page("forecaster_change", cast.bob.pk), {"is_active": "on", "username": "ann"})
    assert not Forecaster.objects.filter(username="ann").exists()
    # What a closed account is called is no obstacle to the rest of its row.
    assert admin.post(page("forecaster_change", cast.ann.pk), {"is_bot": "on"}).status_code == 302
    assert Forecaster.objects.get(pk=cast.ann.pk).is_bot


def test_the_staff_neither_sees_nor_gives_roles(staff: Client, cast: Cast) -> None:
    assert staff.get(page("forecaster_changelist")).status_code == 403
    assert staff.post(page("forecaster_change", cast.resolver.pk), {"is_staff": "on"}).status_code == 403


def test_a_forecaster_who_left_a_trace_is_never_deleted(admin: Client, cast: Cast) -> None:
    factories.estimate(still_open(), cast.ann, 0.7, timezone.now())
    for kept in (cast.ann, cast.curator):  # who estimated, and who registered
        assert admin.post(page("forecaster_delete", kept.pk), {"post": "yes"}).status_code == 403
        assert Forecaster.objects.filter(pk=kept.pk).exists()
    assert admin.post(page("forecaster_delete", cast.bob.pk), {"post": "yes"}).status_code == 302
    assert not Forecaster.objects.filter(pk=cast.bob.pk).exists()


# The policy


def test_no_page_has_script_or_style_within(admin: Client, record: Record) -> None:
    factories.resolution(record.forecast, "yes")
    wheres = [reverse("admin:index"), page("forecaster_changelist"), page("forecaster_change", record.by.pk)]
    for kind in KEPT:
        wheres += [page(f"{kind}_changelist"), page(f"{kind}_change", getattr(record, kind).pk)]
    wheres += [page("forecast_resolve", record.other.pk), page("forecast_reopen", record.other.pk)]
    pages = [admin.get(where) for where in wheres]
    pages.append(admin.post(page("forecast_resolve", record.other.pk), decision(record.other)))
    for shown in pages:
        assert shown.status_code == 200
        assert "'unsafe-inline'" not in shown["Content-Security-Policy"]
        text = shown.content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), shown.request["PATH_INFO"]
        assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", text), shown.request["PATH_INFO"]
