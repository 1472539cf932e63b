"""A resolver decides in the admin: it is shown first, then put on record, and refusals are said in the form."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Forecast, Resolution
from tests import factories
from tests.factories import Cast

from .admin_pages import decision, due, page, questions, still_open

pytestmark = pytest.mark.django_db


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
