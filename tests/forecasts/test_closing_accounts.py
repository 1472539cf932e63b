"""Closing an account: what stays, what goes, who is refused, and that twice is once."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connections
from django.forms import modelform_factory
from knox.models import AuthToken

from forecasts.models import Estimate, Forecaster, Mailbox, RetiredName
from forecasts.refusals import Conflict, Invalid, NotAllowed
from forecasts.services import accounts, crowds, tokens
from tests import factories
from tests.factories import DAY, NOW

pytestmark = pytest.mark.django_db


def close(account: Forecaster, at: dt.datetime = NOW, name: str | None = None) -> Forecaster:
    return accounts.close(account=account, by=account, at=at, typed_name=account.username if name is None else name)


def test_what_was_said_stays_and_who_said_it_goes(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.7, NOW - DAY, rationale="A hunch.")
    closed = close(cast.ann)
    said = Estimate.objects.get(rationale="A hunch.")
    assert (said.forecaster_id, said.probability) == (cast.ann.pk, 0.7)
    assert closed.username.startswith("closed-")
    assert closed.closed_at == NOW
    assert not Forecaster.objects.filter(username="ann").exists()


def test_what_stands_is_withdrawn_and_the_crowd_is_without_it(cast: factories.Cast) -> None:
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.7, NOW - DAY)
    factories.estimate(forecast, cast.bob, 0.2, NOW - DAY)
    assert accounts.standing(cast.ann, at=NOW) == 1
    close(cast.ann)
    assert accounts.standing(cast.ann, at=NOW) == 0
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    last = forecast.crowd_points.latest("at")
    assert (last.at, last.n, last.median) == (NOW, 1, 0.2)


def test_what_is_over_withdrawn_or_expired_is_not_withdrawn_again(cast: factories.Cast) -> None:
    ended = factories.forecast(closes_at=NOW - DAY)
    factories.estimate(ended, cast.ann, 0.7, NOW - 2 * DAY)
    resolved = factories.forecast()
    factories.estimate(resolved, cast.ann, 0.7, NOW - 2 * DAY)
    factories.resolution(resolved, "yes", NOW - DAY)
    withdrawn = factories.forecast()
    factories.estimate(withdrawn, cast.ann, 0.7, NOW - 2 * DAY)
    factories.estimate(withdrawn, cast.ann, None, NOW - DAY)
    expired = factories.forecast()
    factories.estimate(expired, cast.ann, 0.7, NOW - 2 * DAY, expires_at=NOW - DAY)
    before = Estimate.objects.count()
    close(cast.ann)
    assert Estimate.objects.count() == before


def test_every_way_in_is_gone(cast: factories.Cast) -> None:
    EmailAddress.objects.create(user=cast.ann, email="ann@example.org", verified=True, primary=True)
    Authenticator.objects.create(user=cast.ann, type=Authenticator.Type.TOTP, data={"secret": "x"})
    tokens.make(owner=cast.ann, expires_at=None, at=NOW)
    Mailbox.objects.create(forecaster=cast.ann, since_at=NOW, next_at=NOW)
    close(cast.ann)
    for model in (EmailAddress, Authenticator, AuthToken):
        assert not model.objects.filter(user=cast.ann).exists()
    assert not Mailbox.objects.exists()
    after = Forecaster.objects.get(pk=cast.ann.pk)
    assert not after.has_usable_password()
    for name in ("ann", after.username):
        assert authenticate(username=name, password="correct horse 9") is None


def test_roles_are_gone(cast: factories.Cast) -> None:
    closed = close(cast.resolver)
    assert (closed.may_resolve, closed.is_resolver, closed.takes_part) == (False, False, False)


def test_closing_twice_changes_nothing(cast: factories.Cast) -> None:
    factories.estimate(factories.forecast(), cast.ann, 0.7, NOW - DAY)
    once = close(cast.ann)
    twice = close(cast.ann, at=NOW + DAY)
    assert (twice.username, twice.closed_at) == (once.username, NOW)
    assert Estimate.objects.filter(probability=None).count() == 1


def test_the_name_must_be_typed(cast: factories.Cast) -> None:
    for wrong in ("", "Ann", "bob"):
        with pytest.raises(Invalid, match="Type “ann”") as refused:
            close(cast.ann, name=wrong)
        assert refused.value.field == "typed_name"
    assert Forecaster.objects.get(pk=cast.ann.pk).takes_part


def test_nobody_closes_anothers(cast: factories.Cast) -> None:
    with pytest.raises(NotAllowed):
        accounts.close(account=cast.ann, by=cast.admin, at=NOW, typed_name="ann")


def test_the_last_administrator_stays(cast: factories.Cast) -> None:
    with pytest.raises(Conflict, match="last administrator"):
        close(cast.admin)
    second = factories.forecaster("second", is_superuser=True)
    close(cast.admin)
    with pytest.raises(Conflict, match="last administrator"):
        close(second)


def test_the_old_name_is_nobodys_and_is_not_kept_in_words(cast: factories.Cast) -> None:
    close(cast.ann)
    assert RetiredName.objects.get().pk == RetiredName.digest_of("ANN")
    assert "ann" not in RetiredName.objects.get().pk


@pytest.mark.parametrize("name", ["ann", "ANN", "closed-8f3a2c91", "Closed-1"])
def test_no_administrator_gives_the_name_to_another(cast: factories.Cast, name: str) -> None:
    """Whatever form or command: the field itself refuses."""
    close(cast.ann)
    with pytest.raises(CommandError, match="This name is taken"):
        call_command("createsuperuser", interactive=False, username=name, email="root@example.org")
    form = modelform_factory(Forecaster, fields=["username"])
    for account in (None, cast.bob):
        assert form({"username": name}, instance=account).errors == {
            "username": ["This name is taken. Choose another."]
        }
    assert not Forecaster.objects.filter(username__iexact=name).exists()


def test_a_name_that_is_free_is_still_given(cast: factories.Cast) -> None:
    close(cast.ann)
    call_command("createsuperuser", interactive=False, username="anne", email="root@example.org", verbosity=0)
    assert Forecaster.objects.get(username="anne").is_superuser


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("names", [("first", "first"), ("first", "second")])
def test_of_two_at_once_the_second_finds_it_done_or_is_the_last(names: tuple[str, str]) -> None:
    made = {name: factories.forecaster(name, is_superuser=True) for name in ("first", "second")}
    kept = made if names[0] == names[1] else {}
    said = both(*(lambda name=name: close(Forecaster.objects.get(pk=made[name].pk), name=name) for name in names))
    left = Forecaster.objects.filter(closed_at=None, is_superuser=True).count()
    assert left == 1
    assert [type(each) for each in said].count(Conflict) == (0 if kept else 1)


def both(*jobs: Callable[[], object]) -> list[object]:
    """What each of them returned or raised, started together."""
    found: list[object] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        gate.wait()
        try:
            found.append(job())
        except Conflict as refused:
            found.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
