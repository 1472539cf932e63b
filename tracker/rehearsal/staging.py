"""Puts a rehearsal on record: through the services, as anybody would, only with a clock that is set back."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log

from django.contrib.auth.hashers import make_password
from django.db import transaction

from forecasts.models import Collection, Estimate, Evidence, Forecast, Forecaster, Pair
from forecasts.refusals import Conflict
from forecasts.services import estimating, evidencing, registering, resolving

from . import wording
from .characters import CAST, CHARACTERS, DIRECTOR
from .parts import DAY, Part, news
from .script import Scene, scenes
from .simulation import Statement

COLLECTION = "rehearsal"
VIA = Estimate.Via.SIMULATION
# Those who bring evidence, and those who rate it.
WITNESSES = tuple(name for name, character in CAST.items() if character is CHARACTERS[0])
JURY = tuple(name for name, character in CAST.items() if character in CHARACTERS[1:3])
# Readings that move log odds by less than this are rated as of no use.
NOTABLE = 0.5

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Company:
    """Who holds the rehearsal, and where: the director registers and resolves, the cast estimates."""

    seed: int
    collection: Collection
    director: Forecaster
    cast: dict[str, Forecaster]

    @property
    def anchor(self) -> dt.datetime:
        """The day of the first rehearsal; a later run goes on from there."""
        return self.director.date_joined.replace(hour=0, minute=0, second=0, microsecond=0)

    def script(self, forecasts: int) -> list[Scene]:
        return scenes(seed=self.seed, forecasts=forecasts, anchor=self.anchor)


@dataclass(frozen=True)
class Answer:
    """What the simulation decided about a question that nobody has resolved yet."""

    slug: str
    outcome: str
    known_at: dt.datetime


def rehearse(*, seed: int, forecasts: int, at: dt.datetime, progress: Progress = lambda done, all_: None) -> int:
    """Put on record whatever of the rehearsal is not there yet, and return how many forecasts that was.

    A scene is there wholly or not at all, so that an interrupted run goes on where it stopped. What is there is never
    changed; another seed than the first is refused.
    """
    company = _assemble(seed, at)
    script = company.script(forecasts)
    made = 0
    for done, scene in enumerate(script, start=1):
        made += _perform(scene, company)
        progress(done, len(script))
    return made


def answers(*, seed: int) -> list[Answer]:
    """How the unresolved questions that are on record come out, for those who practise resolving."""
    collection = Collection.objects.filter(slug=COLLECTION).first()
    director = Forecaster.objects.filter(username=DIRECTOR).first()
    if collection is None or director is None:
        raise Conflict("There is no rehearsal yet. Run “manage.py rehearse” first.")
    _refuse_another(collection, seed)
    company = Company(seed, collection, director, {})
    staged = Forecast.objects.filter(collections=collection).select_related("resolution")
    unresolved = {forecast.slug for forecast in staged if not forecast.outcome}
    parts = [part for scene in company.script(len(staged)) for part in scene]
    return [Answer(part.slug, part.outcome, part.known_at) for part in parts if part.slug in unresolved]


@transaction.atomic
def _assemble(seed: int, at: dt.datetime) -> Company:
    collection, _ = Collection.objects.get_or_create(
        slug=COLLECTION, defaults={"title": wording.TITLE, "description": wording.description(seed), "simulated": True}
    )
    _refuse_another(collection, seed)
    return Company(
        seed=seed,
        collection=collection,
        director=_account(DIRECTOR, at, is_curator=True, is_resolver=True),
        cast={name: _account(name, at) for name in CAST},
    )


def _refuse_another(collection: Collection, seed: int) -> None:
    if not collection.simulated:
        raise Conflict(f"The collection “{COLLECTION}” holds real forecasts. Rename it to make room for a rehearsal.")
    if f"seed {seed} " not in collection.description:
        raise Conflict("The rehearsal on record was simulated with another seed, and a record is never rewritten.")


def _account(name: str, at: dt.datetime, **roles: bool) -> Forecaster:
    """A simulated account, in which nobody can sign in."""
    found, _ = Forecaster.objects.get_or_create(
        username=name, defaults={"simulated": True, "date_joined": at, "password": make_password(None), **roles}
    )
    if not found.simulated:
        raise Conflict(f"“{name}” is somebody's name already. A rehearsal needs it; nothing was changed.")
    return found


@transaction.atomic
def _perform(scene: Scene, company: Company) -> int:
    """Put one scene on record, unless it is there."""
    # Two rehearsals at once take turns, and the second finds every scene there.
    Collection.objects.select_for_update(no_key=True).get(pk=company.collection.pk)
    if Forecast.objects.filter(slug=scene[0].slug, simulated=True).exists():
        return 0
    staged: dict[str, Forecast] = {}
    for part in scene:
        staged[part.slug] = _register(part, staged, company)
    for part in scene:
        _speak(part, staged[part.slug], company)
    for part in scene:
        if part.settles:
            _resolve(part, staged[part.slug], company)
    return len(scene)


def _register(part: Part, staged: dict[str, Forecast], company: Company) -> Forecast:
    condition = staged[part.condition.slug] if part.condition else None
    return registering.register(
        slug=part.slug,
        text=wording.text_of(part),
        by=company.director,
        at=part.opens_at - DAY,
        collections=[company.collection],
        condition=condition,
        condition_outcome=part.condition.outcome if part.condition else "",
        pair=_pair(part, condition, company),
        reveal_at=part.reveal_at,
    )


def _pair(part: Part, condition: Forecast | None, company: Company) -> Pair | None:
    """The pair of the part's condition, made with its first branch."""
    if part.condition is None or condition is None:
        return None
    found = Pair.objects.filter(slug=part.condition.pair).first()
    return found or registering.make_pair(
        slug=part.condition.pair, title=part.condition.title, condition=condition, by=company.director
    )


def _speak(part: Part, forecast: Forecast, company: Company) -> None:
    """Record what the cast says, in order of time, with the evidence that moved its witnesses."""
    for name, before, statement in _in_order(part):
        forecaster, at = company.cast[name], part.instant(statement.step)
        if statement.probability is None:
            estimating.withdraw(forecast=forecast, forecaster=forecaster, at=at, via=VIA)
            continue
        ratio = news(before, statement) if part.annotated and before and name in WITNESSES else None
        cited = [_testify(part, statement, ratio=ratio, forecast=forecast, by=name, company=company)] if ratio else []
        estimating.submit(
            forecast=forecast,
            forecaster=forecaster,
            probability=statement.probability,
            at=at,
            via=VIA,
            rationale=wording.rationale(part, statement.step) if part.annotated else "",
            evidence=[evidence.pk for evidence in cited],
        )


def _in_order(part: Part) -> Iterator[tuple[str, Statement | None, Statement]]:
    """Who says what when, each with what the same forecaster said before."""
    said = [
        (statement.step, name, before, statement)
        for name, theirs in part.said().items()
        for before, statement in zip([None, *theirs], theirs, strict=False)
    ]
    for _, name, before, statement in sorted(said, key=lambda row: row[:2]):
        yield name, before, statement


def _testify(
    part: Part, statement: Statement, *, ratio: float, forecast: Forecast, by: str, company: Company
) -> Evidence:
    """Add a reading of the index as evidence, and let the jury rate it in character."""
    at = part.instant(statement.step)
    evidence = evidencing.add(
        forecast=forecast,
        by=company.cast[by],
        at=at,
        title=wording.reading(part, statement.step),
        summary="A value of the simulated walk, not a fact about the world.",
        direction=Evidence.Direction.RAISES if ratio > 1 else Evidence.Direction.LOWERS,
        published_on=at.date(),
        likelihood_ratio=ratio,
    )
    for name in JURY:
        strength = float(f"{ratio ** CAST[name].stretch:.2g}")
        useful = abs(log(strength)) > NOTABLE
        evidencing.rate(evidence=evidence, by=company.cast[name], at=at, useful=useful, likelihood_ratio=strength)
    return evidence


def _resolve(part: Part, forecast: Forecast, company: Company) -> None:
    resolving.resolve(
        forecast=forecast,
        outcome=part.outcome,
        by=company.director,
        at=part.decided_at,
        known_at=part.known_at,
        reason=wording.reason(part),
    )
