"""`manage.py demo` makes something to look at, says where, and never does so in production."""

import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from forecasts.models import Forecast, Forecaster, Source
from tests import factories
from tests.service import free_port
from tracker.management.commands.demo import SIGN_INS

pytestmark = pytest.mark.django_db


def demo(**options: object) -> str:
    out = StringIO()
    options = {"port": free_port()} | options
    call_command("demo", forecasts=1, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_it_registers_the_catalogue_rehearses_and_says_where_to_look_and_how_to_sign_in() -> None:
    port = free_port()
    said = demo(port=port)
    source = Source.objects.get()
    for path in (
        "/",
        source.get_absolute_url(),
        "/leaderboards/?scope=collection:rehearsal",
        "/calibration/?scope=collection:rehearsal",
        "/admin/",
        "/api/v1/docs/",
    ):
        assert f"  http://127.0.0.1:{port}{path} " in said
    assert "DEMO ONLY" in said
    assert "Ctrl-C" in said
    assert Forecast.objects.filter(simulated=True).exists()
    assert Forecast.objects.filter(simulated=False).exists()
    for name in SIGN_INS:
        assert f"{name}-demo" in said
        assert Forecaster.objects.get(username=name).check_password(f"{name}-demo")


def test_a_port_that_is_taken_is_refused_before_anything_is_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is taken"):
            demo(port=port)
    assert not Source.objects.exists()


def test_each_sign_in_has_its_role_and_no_other() -> None:
    demo()
    roles = {name: Forecaster.objects.get(username=name) for name in SIGN_INS}
    assert {name for name, account in roles.items() if account.may_curate} == {"curator", "admin"}
    assert {name for name, account in roles.items() if account.may_resolve} == {"resolver", "admin"}
    assert {name for name, account in roles.items() if account.is_staff} == {"admin"}
    assert not any(account.simulated for account in roles.values())


def test_run_again_it_changes_nothing() -> None:
    demo()
    before = [Forecast.objects.count(), *Forecaster.objects.order_by("pk").values_list()]
    demo()
    assert [Forecast.objects.count(), *Forecaster.objects.order_by("pk").values_list()] == before


def test_an_account_that_somebody_has_already_keeps_its_password_and_roles() -> None:
    factories.forecaster("admin")
    said = demo()
    theirs = Forecaster.objects.get(username="admin")
    assert theirs.check_password("correct horse 9")
    assert not theirs.is_superuser
    assert "admin-demo" not in said
    assert "(its own password)" in said


def test_the_port_is_the_one_that_the_web_server_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("PORT", str(port))
    out = StringIO()
    call_command("demo", forecasts=1, stdout=out)
    assert f"http://127.0.0.1:{port}/ " in out.getvalue()


def test_it_refuses_to_run_in_production_and_does_nothing(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="refuses to run in production"):
        demo()
    assert not Forecaster.objects.exists()
