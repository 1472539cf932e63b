"""What the browser's visitors find: the essay, forecasts in every state, and a season of settled ones with a record."""

import datetime as dt
from random import Random
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone

from forecasts.models import Forecast, Forecaster, Import, ImportProgress, Registration, RegistrationProgress
from forecasts.services import crowds, evidencing, imports, noting, sealing
from tests import factories
from tests.world import DAY, World, stage
from tracker.models import Archive, Delivery, Webhook

PASSWORD = "correct horse 9"
SETTLED = 30


def stage_site() -> World:
    """Everybody signs in with PASSWORD; ann and bob have a record, eve has nothing."""
    at = timezone.now()
    call_command("register", "forecasts/catalog/ai_pause.toml", verbosity=0)
    cast = factories.Cast()
    factories.forecaster("eve")
    world = stage(cast, at)
    _talk(world, cast, at)
    _hold_season(cast, at)
    _send_catalogue(cast, at)
    _keep_archive(cast, at)
    _tell_webhooks(world, cast, at)
    _bring_along(cast)
    _let_in()
    sealing.seal(at=at)
    return world


def _let_in() -> None:
    """Passwords as the web process hashes them, since it does not know the fast hash of tests; addresses verified."""
    hashed = make_password(PASSWORD, hasher="pbkdf2_sha256")
    Forecaster.objects.filter(is_bot=False).exclude(username="").update(password=hashed)
    for person in Forecaster.objects.all():
        person.email = f"{person.username}@example.org"
        person.save(update_fields=["email"])
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)


def _talk(world: World, cast: factories.Cast, at: dt.datetime) -> None:
    """Estimates with their reasons, and evidence, on what is open."""
    poll = evidencing.add(
        forecast=world.given_yes,
        by=cast.bob,
        at=at - 9 * DAY,
        title="A poll",
        direction="raises",
        url="https://example.org/poll",
        likelihood_ratio=2.0,
    )
    for days, by, probability in ((8, cast.bob, 0.3), (6, cast.ann, 0.45), (4, cast.bob, 0.6), (2, cast.ann, 0.5)):
        factories.estimate(
            world.given_yes, by, probability, at - days * DAY, rationale="Since the *poll*.", evidence=[poll.pk]
        )
    for by, probability in ((cast.ann, 0.4), (cast.bob, 0.2)):
        factories.estimate(world.premise, by, probability, at - 5 * DAY)
        factories.estimate(world.given_no, by, probability / 2, at - 3 * DAY)
    _discuss(world.given_yes, cast, at)
    for forecast in (world.premise, world.given_yes, world.given_no):
        crowds.refresh(forecast_id=forecast.pk, at=at)


def _discuss(forecast: Forecast, cast: factories.Cast, at: dt.datetime) -> None:
    """A thread deeper than it is drawn, a note that is withheld, one that is withdrawn, and a private one."""
    answered = None
    for days, by in ((7, cast.bob), (6, cast.ann), (5, cast.bob), (4, cast.ann), (3, cast.bob)):
        said = (
            "Does a *local* poll count? See https://example.org/poll." if answered is None else "> Does it?\n\nIt does."
        )
        note = noting.write(forecast=forecast, by=by, at=at - days * DAY, text=said, reply_to=answered)
        answered = note.pk
    for hours, by, reason in ((40, cast.admin, "Names a private person."), (30, cast.bob, "")):
        note = noting.write(forecast=forecast, by=cast.bob, at=at - hours * DAY / 24, text="Said in haste.")
        noting.withhold(note=note, by=by, at=at - DAY, reason=reason)
    noting.write(forecast=forecast, by=cast.ann, at=at - DAY, text="Look again in May.", is_private=True)


def _send_catalogue(cast: factories.Cast, at: dt.datetime) -> None:
    """A large one that the record refused."""
    sent = Registration(pk=1, by=cast.curator, asked_at=at - DAY, text="format = 1", digest="0" * 64, n_forecasts=300)
    sent.title, sent.source, sent.state, sent.ended_at = "An essay", "essay", "refused", at - DAY
    sent.faults = [
        f"summer-{number}: reason: What it asks has changed: say why. It stays on record." for number in range(3)
    ]
    sent.save(force_insert=True)
    RegistrationProgress.objects.create(registration=sent, tries=1, done=300, told_at=at - DAY)


def _keep_archive(cast: factories.Cast, at: dt.datetime) -> None:
    """One that can be downloaded."""
    made = {"size": 2_345_678, "sha256": "1f" * 32, "tries": 1, "n_rows": 12_345, "n_files": 12}
    Archive.objects.create(pk=1001, by=cast.admin, asked_at=at, ended_at=at, state="made", **made)


def _bring_along(cast: factories.Cast) -> None:
    """A record of ann's, hers alone, and one of bob's, shown; a file of hers to confirm, and one that failed."""
    rng = Random(11)
    for owner, n in ((cast.ann, 60), (cast.bob, 3)):
        row = imports.look(
            by=owner, origin="plain", content=_elsewhere(n, rng), file_name="mine.csv", at=timezone.now()
        )
        imports.confirm(import_id=row.pk, by=owner, shows=owner == cast.bob, at=row.asked_at)
        imports.carry_out(import_id=row.pk, clock=timezone.now)
    kept = imports.look(
        by=cast.ann,
        origin="plain",
        content=_elsewhere(8, rng, "snow") + b"Will it hail?,130,2025-03-01,,\n" * 3,
        file_name="a-file-of-a-very-long-name-as-some-sites-give-them-2026-11-26.csv",
        at=timezone.now(),
    )
    Import.objects.filter(pk=kept.pk).update(id=1001)
    ImportProgress.objects.filter(pk=kept.pk).update(of=1001)
    failed = Import(
        pk=1002, by=cast.ann, asked_at=kept.asked_at, format="plain", digest="0" * 64, size=9, n_estimates=9
    )
    failed.state, failed.ended_at, failed.faults = "failed", kept.asked_at, ["OperationalError: the disk is full"]
    failed.save(force_insert=True)
    ImportProgress.objects.create(of=failed, tries=6)


def _elsewhere(n: int, rng: Random, what: str = "rain") -> bytes:
    """A plain file of so many questions, most of them answered."""
    rows = ["question,probability,made_at,outcome,known_at,url,rationale"]
    for number in range(n):
        chance = rng.choice((0.1, 0.3, 0.5, 0.7, 0.9))
        came = "" if number % 9 == 8 else "yes" if rng.random() < chance else "no"
        known = f"2025-{1 + number % 12:02}-28T12:00:00Z" if came else ""
        for day in (1, 9, 20):
            said = min(max(chance + rng.choice((-0.08, 0, 0.08)), 0.02), 1)
            made = f"2025-{1 + number % 12:02}-{day:02}T12:00:00Z"
            url = f"https://example.org/{number}"
            rows.append(
                f"Will it {what} in place {number} that month?,{said:.2f},{made},{came},{known},{url},A *hunch*."
            )
    return "\n".join(rows).encode() + b"\n"


def _tell_webhooks(world: World, cast: factories.Cast, at: dt.datetime) -> None:
    """One that fails, with a log of every state, and one that was switched off."""
    wanted = {"owner": cast.ann, "events": ["forecast.resolved", "crowd.revealed"], "made_at": at, "since_at": at}
    webhook = Webhook.objects.create(
        pk=1001,
        url=f"https://hooks.example.org/{'of-a-very-long-name/' * 9}",
        failures=2,
        failing_since=at - DAY,
        **wanted,
    )
    # Nothing is sent from here: the worker finds them resting.
    webhook.rests_until = at + 400 * DAY
    webhook.save()
    Webhook.objects.create(pk=1002, url="https://example.org/hook", off_at=at, off_why="You switched it off.", **wanted)
    told: dict[str, Any] = {"webhook": webhook, "event": "forecast.resolved", "about_at": at - DAY, "tried_at": at}
    Delivery.objects.create(forecast=world.resolved, state="delivered", attempts=1, status=200, said="ok", **told)
    Delivery.objects.create(forecast=world.annulled, state="given-up", attempts=7, said="TimeoutError", **told)
    said = "<html>Bad gateway</html>" * 20
    Delivery.objects.create(forecast=world.due, attempts=2, status=502, said=said, next_at=at + 400 * DAY, **told)


def _hold_season(cast: factories.Cast, at: dt.datetime) -> None:
    """Settled forecasts on which ann, bob and two others stood, enough for ranks and a reliability diagram."""
    rng = Random(7)
    people = [cast.ann, cast.bob, factories.forecaster("carl"), factories.forecaster("dora", is_bot=True)]
    for number in range(SETTLED):
        opens_at = at - (400 - number) * DAY
        made = factories.forecast(
            f"season-{number}",
            at=opens_at,
            opens_at=opens_at,
            closes_at=opens_at + 90 * DAY,
            tags=["season"],
            question=f"Will more than {number + 3} of them be counted by the end of the season?",
        )
        chance = rng.choice((0.1, 0.3, 0.5, 0.7, 0.9))
        _answer(made, people, chance, rng)
        outcome = "yes" if rng.random() < chance else "no"
        factories.resolution(made, outcome, made.closes_at + DAY, known_at=made.closes_at)
    factories.score(at=at)


def _answer(forecast: Forecast, people: list[Forecaster], chance: float, rng: Random) -> None:
    for place, person in enumerate(people):
        said = min(max(chance + rng.choice((-0.08, 0.0, 0.08)) * place, 0.02), 0.98)
        factories.estimate(forecast, person, round(said, 2), forecast.opens_at + (1 + place) * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=forecast.closes_at)
