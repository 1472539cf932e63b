"""Applying a catalogue: what it adds is registered, what it changes is worded anew, the rest is left as it is."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Max

from forecasts.catalog import entries
from forecasts.models import ANSWERED, Claim, Forecast, Forecaster, Pair, Source
from forecasts.refusals import Conflict, Refused, RefusedMany

from . import registering

# Facts that scores depend on.
SCORED = ("hedged", "predicts", "reveal_at")
HEDGE = ("hedge_word", "hedge_low", "hedge_high")


@dataclass
class Report:
    """What applying a catalogue did, by slug or key."""

    registered: list[str] = field(default_factory=list)
    reworded: list[str] = field(default_factory=list)
    amended: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


class CatalogRefused(RefusedMany):
    """The record does not admit the catalogue; nothing of it was applied."""

    status = 409
    code = "conflict"

    def __init__(self, faults: list[tuple[str, Refused]]) -> None:
        named = (f"{place}: {fault.field + ': ' if fault.field else ''}{fault.message}" for place, fault in faults)
        super().__init__("\n".join(named), faults)


@transaction.atomic
def apply(
    catalog: entries.Catalog, *, by: Forecaster, at: dt.datetime, tell: Callable[[int], None] = lambda _: None
) -> Report:
    """Register everything in `catalog`, all or nothing. Applied twice, the second time changes nothing.

    `tell` is told after each forecast how many have been gone through.
    """
    registering.refuse_unless_curator(by)
    report = Report()
    source = _source(catalog.source, report)
    scales = {scale.slug: scale.title for scale in catalog.scales}
    claims = {claim.key: _claim(claim, source, scales, report) for claim in catalog.claims}
    known = {made.slug: made for made in Forecast.objects.filter(slug__in=[f.slug for f in catalog.forecasts])}
    pairs = {pair.slug: pair for pair in Pair.objects.filter(slug__in=[p.slug for p in catalog.pairs])}
    titles = {pair.slug: pair.title for pair in catalog.pairs}
    faults: list[tuple[str, Refused]] = []
    for position, entry in enumerate(catalog.forecasts, start=1):
        condition = known.get(entry.condition)
        try:
            if entry.pair and entry.pair not in pairs and condition:
                pairs[entry.pair] = registering.make_pair(
                    slug=entry.pair, title=titles[entry.pair], condition=condition, by=by
                )
            known[entry.slug] = _forecast(
                entry,
                known.get(entry.slug),
                report,
                facts={
                    "claim": claims.get(entry.claim),
                    "part": entry.part,
                    "position": position,
                    "hedged": bool(entry.hedge_word),
                    "predicts": entry.predicts,
                    "tags": sorted(entry.tags),
                    "reveal_at": entry.reveal_at,
                },
                fixed={
                    "condition": condition,
                    "condition_outcome": entry.condition_outcome or "",
                    "pair": pairs.get(entry.pair),
                },
                by=by,
                at=at,
            )
        except Refused as fault:
            faults.append((entry.slug, fault))
        tell(position)
    if faults:
        raise CatalogRefused(faults)
    return report


@transaction.atomic
def put_source(*, entry: entries.Source, by: Forecaster, replacing: bool = False) -> Source:
    """Register a source, or with `replacing` bring one up to `entry`."""
    registering.refuse_unless_curator(by)
    known = Source.objects.filter(slug=entry.slug).first()
    if known and not replacing and any(getattr(known, name) != getattr(entry, name) for name in _names(entry)):
        raise Conflict(f"There is a source “{entry.slug}” already. Choose another slug.", field="slug")
    return _source(entry, Report())


@transaction.atomic
def put_claim(
    *, entry: entries.Claim, source: Source, scales: Mapping[str, str], by: Forecaster, replacing: bool = False
) -> Claim:
    """Add a claim to a source, or with `replacing` bring it up to `entry`; `scales` are the titles of scales by slug.

    Without `replacing` it comes after the claims that are there.
    """
    registering.refuse_unless_curator(by)
    # One at a time per source, so that two new claims do not come to stand in one place.
    Source.objects.select_for_update().get(pk=source.pk)
    known = source.claims.filter(key=entry.key).first()
    if known and not replacing:
        raise Conflict(f"{source.title} has a claim {entry.key} already. Choose another key.", field="key")
    last = source.claims.aggregate(last=Max("position"))["last"] or 0
    return _claim(replace(entry, position=known.position if known else last + 1), source, scales, Report())


def _names(entry: entries.Source | entries.Claim) -> Iterable[str]:
    return entry.__dataclass_fields__


def _source(entry: entries.Source, report: Report) -> Source:
    named = {name: getattr(entry, name) for name in _names(entry)}
    source, made = Source.objects.get_or_create(slug=named.pop("slug"), defaults=named)
    (report.registered if made else _list(report, reworded=False, amended=_amend(source, named))).append(entry.slug)
    return source


def _claim(entry: entries.Claim, source: Source, scales: Mapping[str, str], report: Report) -> Claim:
    named = {name: getattr(entry, name) for name in _names(entry)}
    named["hedge_scale"] = scales.get(entry.hedge_scale, "")
    claim, made = Claim.objects.get_or_create(source=source, key=named.pop("key"), defaults=named)
    late = claim.forecasts.filter(hedged=True, resolution__outcome__in=ANSWERED)
    if any(getattr(claim, name) != named[name] for name in HEDGE) and late.exists():
        raise CatalogRefused([(entry.key, Conflict("A forecast of it has resolved by this hedge.", field="hedge"))])
    (report.registered if made else _list(report, reworded=False, amended=_amend(claim, named))).append(entry.key)
    return claim


def _forecast(
    entry: entries.Forecast,
    known: Forecast | None,
    report: Report,
    *,
    facts: dict[str, object],
    fixed: dict[str, object],
    by: Forecaster,
    at: dt.datetime,
) -> Forecast:
    text = registering.Text(
        question=entry.question,
        background=entry.background,
        criteria=entry.criteria,
        sources=list(entry.sources),
        fallback=entry.fallback,
        annulled_if=entry.annulled_if,
        known_at_rule=entry.known_at,
        opens_at=entry.opens_at,
        closes_at=entry.closes_at,
        resolve_by=entry.resolve_by,
        spot_at=entry.spot_at,
    )
    if known is None:
        report.registered.append(entry.slug)
        return registering.register(slug=entry.slug, text=text, by=by, at=at, **facts, **fixed)  # type: ignore[arg-type]
    for name, value in fixed.items():
        if getattr(known, name) != value:
            raise Conflict("This is set when a forecast is registered. Register another forecast instead.", field=name)
    _refuse_late(known, {name: facts[name] for name in SCORED if getattr(known, name) != facts[name]}, by=by, at=at)
    version = known.version
    wording = registering.reword(forecast=known, text=text, by=by, at=at, reason=entry.reason)
    known.refresh_from_db()
    amended = _amend(known, facts)
    _list(report, reworded=wording.version != version, amended=amended).append(entry.slug)
    return known


def _refuse_late(known: Forecast, changed: dict[str, object], *, by: Forecaster, at: dt.datetime) -> None:
    """What scores depend on holds from the first estimate on; only times of the wording change, with their reason.

    Where the crowd is hidden from whoever asks, it holds from the opening on: a refusal must not tell of an estimate.
    """
    if not changed:
        return
    if known.outcome:
        why = f"It has resolved {known.outcome}"
    elif _was_open(known, at) and not Forecast.objects.visible_to(by, at=at).filter(pk=known.pk).exists():
        why = "It has opened, its crowd is hidden from you"
    elif known.estimates.exists():
        why = "There are estimates already"
    else:
        return
    raise Conflict(f"{why}, and scores depend on this. Leave it as it was.", field=min(changed))


def _was_open(known: Forecast, at: dt.datetime) -> bool:
    """By any of its wordings: a new one may move the opening, and what was estimated before stays."""
    return known.wordings.filter(opens_at__lte=at).exists()


def _list(report: Report, *, reworded: bool, amended: bool) -> list[str]:
    if reworded:
        return report.reworded
    return report.amended if amended else report.unchanged


def _amend(row: Source | Claim | Forecast, wanted: dict[str, object]) -> bool:
    """Bring what is not wording up to the catalogue; return whether anything differed."""
    changed = [column for column, value in wanted.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, wanted[column])
    if changed:
        row.save(update_fields=changed)
    return bool(changed)
