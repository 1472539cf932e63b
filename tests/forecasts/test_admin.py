"""The admin: a resolver's whole work, everything to look at, and nothing of the record to rewrite."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Collection, Forecast, Forecaster, Resolution
from forecasts.services import evidencing, registering
from tests import factories
from tests.factories import DAY, Cast

from .record import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.admin)
    return client


@pytest.fixture
def staff(cast: Cast) -> Client:
    """A resolver who may enter the admin, and is no superuser."""
    cast.resolver.is_staff = True
    cast.resolver.save()
    entered = Client()
    entered.force_login(cast.resolver)
    return entered


def page(name: str, *ids: object, **query: str) -> str:
    return reverse(f"admin:forecasts_{name}", args=ids, query=query)


def due(slug: str = "", days: int = 1, **fields: Any) -> Forecast:
    """A forecast that has been due for so many days, by the real clock."""
    now = timezone.now()
    times = {"opens_at": now - 100 * DAY, "closes_at": now - 2 * days * DAY, "resolve_by": now - days * DAY}
    return factories.forecast(slug, **times, **fields)


def still_open(slug: str = "", **fields: Any) -> Forecast:
    now = timezone.now()
    return factories.forecast(slug, opens_at=now - DAY, closes_at=now + DAY, **fields)


def decision(forecast: Forecast, **changes: Any) -> dict[str, Any]:
    """What a resolver fills in, having seen what is in force now."""
    forecast.refresh_from_db()
    known_at = timezone.now() - DAY
    return {
        "outcome": "yes",
        "known_at_0": f"{known_at:%Y-%m-%d}",
        "known_at_1": f"{known_at:%H:%M:%S}",
        "reason": "It was counted.",
        "links": "https://example.org/count\n\nhttps://example.org/again",
        "revision": forecast.resolution.revision if forecast.resolution else 0,
    } | changes


def questions(client: Client, **query: str) -> list[str]:
    listed = client.get(page("forecast_changelist", **query)).context["cl"].result_list
    return [forecast.slug for forecast in listed]


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


# Deciding


def test_a_decision_is_shown_with_all_it_brings_about_before_it_is_on_record(admin: Client, cast: Cast) -> None:
    premise = due()
    branch = still_open("branch", condition=premise, condition_outcome="no")
    still_open("leaf", condition=branch, condition_outcome="yes")
    still_open("survivor", condition=premise, condition_outcome="yes")
    where, said = page("forecast_resolve", premise.pk), decision(premise)

    assert admin.get(where).status_code == 200
    shown = admin.post(where, said)
    assert [effect.forecast.slug for effect in shown.context["effects"]] == ["branch", "leaf"]
    assert "It would also decide 2 forecasts" in shown.content.decode()
    assert not Resolution.objects.exists()

    hidden = dict(re.findall(r'type="hidden" name="(?!csrf)(\w+)" value="([^"]*)"', shown.content.decode()))
    assert {name: str(value) for name, value in said.items()} == hidden
    done = admin.post(where, hidden | {"_confirmed": "yes"})
    assert done.status_code == 302
    made = Resolution.objects.get(forecast=premise)
    assert (made.outcome, made.decided_by, made.reason) == ("yes", cast.admin, "It was counted.")
    assert made.links == ["https://example.org/count", "https://example.org/again"]
    annulled = Resolution.objects.filter(outcome="annulled").values_list("forecast__slug", flat=True)
    assert sorted(annulled) == ["branch", "leaf"]
    assert LogEntry.objects.get().user == cast.admin


def test_what_was_filled_in_can_be_changed_after_seeing_it(admin: Client) -> None:
    forecast = due()
    shown = admin.post(page("forecast_resolve", forecast.pk), decision(forecast, _change="yes"))
    assert shown.templates[0].name == "admin/forecasts/forecast/decide.html"
    assert 'value="yes"' in shown.content.decode()
    assert "It was counted." in shown.content.decode()


def test_a_correction_begins_with_what_is_in_force_and_names_its_revision(admin: Client) -> None:
    forecast = due()
    factories.resolution(forecast, "yes", timezone.now(), reason="It was seen.", links=["https://example.org"])
    where = page("forecast_resolve", forecast.pk)
    form = admin.get(where).context["form"]
    assert {name: form.initial[name] for name in ("outcome", "reason", "revision", "links")} == {
        "outcome": "yes",
        "reason": "It was seen.",
        "revision": 1,
        "links": "https://example.org",
    }
    admin.post(where, decision(forecast, outcome="no", _confirmed="yes"))
    forecast.refresh_from_db()
    assert (forecast.outcome, forecast.resolutions.count()) == ("no", 2)


def test_reopening_revives_what_the_resolution_voided(admin: Client) -> None:
    premise = due()
    branch = still_open("branch", condition=premise, condition_outcome="no")
    factories.resolution(premise, "yes", timezone.now())
    where = page("forecast_reopen", premise.pk)
    said = {"reason": "The count was withdrawn.", "revision": 1}
    shown = admin.post(where, said)
    assert [(effect.forecast.slug, effect.outcome) for effect in shown.context["effects"]] == [("branch", "reopened")]
    admin.post(where, said | {"_confirmed": "yes"})
    for forecast in (premise, branch):
        assert Forecast.objects.get(pk=forecast.pk).outcome == ""


@pytest.mark.parametrize("confirmed", [{}, {"_confirmed": "yes"}])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "maybe"}, "outcome"),
        ({"reason": " "}, "reason"),
        ({"reason": "\x00"}, "reason"),
        ({"known_at_0": "soon"}, "known_at"),
        ({"known_at_0": "2999-01-01"}, "known_at"),
        ({"links": "example.org"}, "links"),
        ({"revision": "7"}, "__all__"),
        ({"revision": "-1"}, "revision"),
        ({"revision": ""}, "revision"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_is_recorded(
    admin: Client, changes: dict[str, str], field: str, confirmed: dict[str, str]
) -> None:
    forecast = due()
    shown = admin.post(page("forecast_resolve", forecast.pk), decision(forecast, **changes, **confirmed))
    assert list(shown.context["form"].errors) == [field]
    assert "Nothing was recorded" in shown.content.decode()
    assert not Resolution.objects.exists()


def test_whoever_comes_second_is_told_what_was_decided(admin: Client) -> None:
    forecast = due()
    said = decision(forecast, outcome="no", _confirmed="yes")
    factories.resolution(forecast, "yes", timezone.now(), reason="It was seen.")
    shown = admin.post(page("forecast_resolve", forecast.pk), said)
    assert shown.status_code == 409
    assert "revision 1 says yes, It was seen." in shown.content.decode()
    assert Resolution.objects.count() == 1


def test_what_is_not_resolved_is_not_reopened(admin: Client) -> None:
    forecast = due()
    shown = admin.post(page("forecast_reopen", forecast.pk), {"reason": "Why not.", "revision": 0})
    assert shown.status_code == 409
    assert "nothing to reopen" in shown.content.decode()
    assert page("forecast_reopen", forecast.pk) not in admin.get(page("forecast_change", forecast.pk)).content.decode()


def test_a_branch_waits_for_its_condition(admin: Client) -> None:
    branch = due(condition=due(), condition_outcome="yes")
    shown = admin.post(page("forecast_resolve", branch.pk), decision(branch))
    assert "Resolve the condition first" in shown.content.decode()


def test_a_resolver_on_the_staff_can_do_all_of_it(staff: Client, cast: Cast) -> None:
    forecast = due()
    assert questions(staff) == [forecast.slug]
    assert page("forecast_resolve", forecast.pk) in staff.get(page("forecast_change", forecast.pk)).content.decode()
    staff.post(page("forecast_resolve", forecast.pk), decision(forecast, _confirmed="yes"))
    assert Resolution.objects.get().decided_by == cast.resolver


@pytest.mark.parametrize("deed", ["resolve", "reopen"])
def test_staff_without_the_role_may_look_and_not_decide(cast: Cast, deed: str) -> None:
    cast.curator.is_staff = True
    cast.curator.save()
    client = Client()
    client.force_login(cast.curator)
    forecast = due()
    factories.resolution(forecast, "yes", timezone.now())
    looked = client.get(page("forecast_change", forecast.pk))
    assert looked.status_code == 200
    assert page(f"forecast_{deed}", forecast.pk) not in looked.content.decode()
    assert client.get(page(f"forecast_{deed}", forecast.pk)).status_code == 403
    assert client.post(page(f"forecast_{deed}", forecast.pk), decision(forecast, _confirmed="y")).status_code == 403
    assert Resolution.objects.count() == 1


def test_who_is_not_on_the_staff_is_sent_to_sign_in(client: Client, cast: Cast) -> None:
    forecast = due()
    for user in (None, cast.ann, cast.resolver):
        if user:
            client.force_login(user)
        for where in (page("forecast_changelist"), page("forecast_resolve", forecast.pk)):
            assert client.post(where, decision(forecast, _confirmed="yes")).status_code == 302
    assert not Resolution.objects.exists()


def test_signing_in_goes_through_the_sites_own_door(client: Client) -> None:
    answer = client.get(reverse("admin:login"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_forecast_that_does_not_exist_is_not_found(admin: Client) -> None:
    for nothing in ("999999", "x"):
        assert admin.get(page("forecast_resolve", nothing)).status_code == 404


# Rewriting nothing

KEPT = ("forecast", "wording", "estimate", "evidence", "rating", "resolution")


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
