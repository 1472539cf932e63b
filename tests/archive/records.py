"""Records of every shape that the services admit, drawn by Hypothesis and put in the database."""

import datetime as dt
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from forecasts.models import (
    Citation,
    Claim,
    Collection,
    Estimate,
    Evidence,
    Forecast,
    Forecaster,
    ImportedRecord,
    Note,
    Pair,
    Rating,
    Resolution,
    Source,
    Withholding,
    Wording,
)
from forecasts.refusals import Refused
from forecasts.services import resolving

Draw = st.DrawFn
BEGIN, END = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2060, 1, 2, tzinfo=dt.UTC)
AWKWARD = [
    '"',
    'a, "b"\r\nc',
    "\\.",
    "\\N",
    " padded ",
    "\n",
    "=1+1",
    "\ufeff",
    "{a,b}",
    '["a"]',
    "NULL",
    "é\u2028😀",
    "a\rb",
]
WITHIN = {"min_value": BEGIN.replace(tzinfo=None), "max_value": dt.datetime(2060, 1, 1)}  # noqa: DTZ001  Hypothesis wants it so

instants = st.datetimes(**WITHIN, timezones=st.just(dt.UTC))
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
letters = st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
texts = st.sampled_from(AWKWARD) | st.text(letters, max_size=12)
required = texts.filter(lambda text: bool(text.strip()))
probabilities = st.floats(0.0001, 0.9999) | st.sampled_from([0.0001, 0.9999, 0.5, 1 / 3])
ratios = st.none() | st.floats(1e-300, 1e6, exclude_min=True)
tags = st.lists(st.sampled_from(["ai", "Pause-2", "x_y"]), max_size=3)
links = st.lists(
    st.sampled_from(["https://example.org/a?b=1,2", "http://example.org/“x”", "https://e.org/a b"]), max_size=2
)


def some(draw: Draw, rows: list[Any], most: int = 3) -> list[Any]:
    return draw(st.lists(st.sampled_from(rows), max_size=most, unique=True)) if rows else []


@st.composite
def records(draw: Draw) -> None:
    """Draw a record and write it down as it is drawn; the caller holds the transaction."""
    accounts = [_account(draw, serial) for serial in range(draw(st.integers(1, 4)))]
    claims = _claims(draw)
    collections = [_collection(draw, serial) for serial in range(draw(st.integers(0, 3)))]
    forecasts: list[Forecast] = []
    for serial in range(draw(st.integers(0, 4))):
        forecasts.append(_forecast(draw, serial, forecasts, accounts=accounts, claims=claims, collections=collections))
    for forecast in forecasts:
        _fill(draw, forecast, [one for one in accounts if forecast.simulated or not one.simulated])
    _decide(draw, forecasts, accounts)
    for account in some(draw, [one for one in accounts if one.takes_part]):
        _bring_along(draw, account)


def _account(draw: Draw, serial: int) -> Forecaster:
    # In an order that is not that of the names.
    return Forecaster.objects.create(
        username=draw(st.sampled_from("zaZ9")) + f"._-{9 - serial}",
        is_bot=draw(st.booleans()),
        simulated=serial > 0 and draw(st.booleans()),
        closed_at=draw(st.none() | instants) if serial else None,
        date_joined=draw(instants),
        email="private@example.org",
        is_curator=draw(st.booleans()),
        is_resolver=True,
    )


def _claims(draw: Draw) -> list[Claim]:
    claims = []
    for serial in range(draw(st.integers(0, 2))):
        source = Source.objects.create(
            slug=f"source-{serial}",
            title=draw(required),
            author=draw(required),
            publisher=draw(texts),
            url=draw(st.sampled_from(["", "https://example.org/essay"])),
            published_on=draw(st.none() | days),
            summary=draw(texts),
        )
        for position in draw(st.lists(st.integers(0, 9), max_size=2, unique=True)):
            low, high = draw(st.sampled_from([(None, None), (0.0, 1.0), (0.1, 0.3)]))
            claims.append(
                Claim.objects.create(
                    source=source,
                    key=f"C{9 - position}",
                    position=position,
                    author=draw(required),
                    premise=draw(st.booleans()),
                    section=draw(texts),
                    bullet=draw(st.none() | st.integers(0, 5)),
                    restated=draw(required),
                    hedge_word=draw(texts),
                    hedge_low=low,
                    hedge_high=high,
                    hedge_scale=draw(texts),
                    hedge_note=draw(texts),
                )
            )
    return claims


def _collection(draw: Draw, serial: int) -> Collection:
    return Collection.objects.create(
        slug=f"collection-{serial}", title=draw(required), description=draw(texts), simulated=serial == 0
    )


def _forecast(
    draw: Draw,
    serial: int,
    earlier: list[Forecast],
    *,
    accounts: list[Forecaster],
    claims: list[Claim],
    collections: list[Collection],
) -> Forecast:
    condition = draw(st.none() | st.sampled_from(earlier)) if earlier else None
    simulated = condition.simulated if condition else draw(st.booleans())
    outcome = draw(st.sampled_from(["yes", "no"])) if condition else ""
    by = draw(st.sampled_from(accounts))
    wordings = [_text(draw) for _ in range(draw(st.integers(1, 3)))]
    last = wordings[-1]
    forecast = Forecast.objects.create(
        # In an order that is not that of the slugs.
        slug=f"forecast-{9 - serial}",
        claim=draw(st.none() | st.sampled_from(claims)) if claims else None,
        part=draw(st.sampled_from(["", "a"])),
        hedged=draw(st.booleans()),
        predicts=draw(st.sampled_from(["yes", "no"])),
        position=draw(st.integers(0, 3)),
        tags=draw(tags),
        simulated=simulated,
        condition=condition,
        condition_outcome=outcome,
        pair=_pair(draw, condition, outcome),
        reveal_at=draw(st.none() | instants),
        created_by=by,
        created_at=draw(instants),
        version=len(wordings),
        **{name: last[name] for name in ("question", "opens_at", "closes_at", "resolve_by", "spot_at")},
    )
    forecast.collections.set(some(draw, [one for one in collections if one.simulated == simulated]))
    for version, text in enumerate(wordings, start=1):
        author, reason = draw(st.sampled_from(accounts)), "Clearer." if version > 1 else ""
        Wording.objects.create(
            forecast=forecast, version=version, author=author, made_at=draw(instants), reason=reason, **text
        )
    return forecast


def _text(draw: Draw) -> dict[str, Any]:
    opens_at, closes_at = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    return {
        "question": draw(required),
        "background": draw(texts),
        "criteria": draw(texts),
        "sources": draw(st.lists(texts, max_size=2)),
        "fallback": draw(texts),
        "annulled_if": draw(texts),
        "known_at_rule": draw(texts),
        "opens_at": opens_at,
        "closes_at": closes_at,
        "resolve_by": closes_at + draw(st.sampled_from([dt.timedelta(0), dt.timedelta(days=9, microseconds=1)])),
        "spot_at": draw(st.none() | instants),
    }


def _pair(draw: Draw, condition: Forecast | None, outcome: str) -> Pair | None:
    if condition is None or not draw(st.booleans()):
        return None
    pair, _ = Pair.objects.get_or_create(
        slug=f"pair-{condition.slug}", condition=condition, defaults={"title": draw(required)}
    )
    return None if pair.branches.filter(condition_outcome=outcome).exists() else pair


def _fill(draw: Draw, forecast: Forecast, accounts: list[Forecaster]) -> None:
    evidence = [_evidence(draw, forecast, by) for by in some(draw, accounts)]
    closes_at = max(wording.closes_at for wording in forecast.wordings.all())
    for by in some(draw, accounts):
        standing = False
        for at in sorted(draw(st.lists(instants.filter(lambda at: at < closes_at), max_size=3, unique=True))):
            probability = draw(st.none() | probabilities) if standing else draw(probabilities)
            expires_at = draw(st.none() | st.just(at + dt.timedelta(days=3, microseconds=7)))
            standing = probability is not None and expires_at is None
            estimate = Estimate.objects.create(
                forecast=forecast,
                forecaster=by,
                wording=draw(st.sampled_from(list(forecast.wordings.order_by("version")))),
                probability=probability,
                made_at=at,
                expires_at=expires_at,
                crowd_seen=draw(st.booleans()),
                rationale=draw(texts),
                via=draw(st.sampled_from(Estimate.Via.values)),
            )
            for cited in some(draw, evidence):
                Citation.objects.create(estimate=estimate, evidence=cited)
    _discuss(draw, forecast, [account for account in accounts if not account.simulated])


def _discuss(draw: Draw, forecast: Forecast, accounts: list[Forecaster]) -> None:
    """Some of one instant, in threads that others' replies cross; some withheld, and shown again."""
    notes: list[Note] = []
    times = sorted(draw(st.lists(instants, max_size=4)))
    for at in times:
        if not (free := [one for one in accounts if not any((n.author, n.made_at) == (one, at) for n in notes)]):
            continue
        by = draw(st.sampled_from(free))
        answered = draw(st.none() | st.sampled_from(notes)) if notes else None
        answered = None if answered and answered.is_private else answered
        own = list(forecast.estimates.filter(forecaster=by).order_by("made_at"))
        note = Note.objects.create(
            forecast=forecast,
            author=by,
            made_at=at,
            text=draw(required),
            is_private=draw(st.booleans()),
            reply_to=answered,
            thread=answered and (answered.thread or answered),
            estimate=draw(st.none() | st.sampled_from(own)) if own else None,
        )
        notes.append(note)
        for revision in range(1, draw(st.integers(0, 0 if note.is_private else 2)) + 1):
            withheld, decided_by = revision == 1 or draw(st.booleans()), draw(st.sampled_from(accounts))
            row = Withholding(note=note, revision=revision, withheld=withheld, decided_by=decided_by)
            row.decided_at, row.reason = draw(instants), draw(texts)
            row.save(force_insert=True)


def _evidence(draw: Draw, forecast: Forecast, by: Forecaster) -> Evidence:
    ratio = draw(ratios)
    evidence = Evidence.objects.create(
        forecast=forecast,
        added_by=by,
        added_at=draw(instants),
        title=draw(required),
        url=draw(st.sampled_from(["", "https://example.org/news"])),
        summary=draw(texts),
        published_on=draw(st.none() | days),
        direction="neutral" if ratio is None else "raises" if ratio >= 1 else "lowers",
        likelihood_ratio=ratio,
    )
    if draw(st.booleans()):
        Rating.objects.create(
            evidence=evidence,
            forecaster=by,
            useful=draw(st.booleans()),
            likelihood_ratio=draw(ratios),
            rated_at=draw(instants),
        )
    return evidence


def _bring_along(draw: Draw, owner: Forecaster) -> None:
    """What somebody brought along from elsewhere, a question without estimates among it."""
    record = ImportedRecord.objects.create(
        owner=owner,
        origin=draw(st.sampled_from(["plain", "fatebook"])),
        is_public=draw(st.booleans()),
        begun_at=draw(instants),
    )
    for key in draw(st.lists(st.sampled_from(["a", "B", "9", "é b"]), max_size=3, unique=True)):
        brought_at = draw(instants)
        asked = record.forecasts.create(
            key=key,
            question=draw(required),
            background=draw(texts),
            url=draw(st.sampled_from(["", "https://example.org/q?a=1,2"])),
            opened_at=draw(st.none() | instants),
            closes_at=draw(st.none() | instants),
            remark=draw(texts),
            brought_at=brought_at,
        )
        for at in draw(st.lists(instants, max_size=3, unique=True)):
            said = {"probability": draw(st.none() | probabilities), "rationale": draw(texts), "remark": draw(texts)}
            asked.estimates.create(made_at=at, brought_at=brought_at, **said)
        for revision in range(1, draw(st.integers(0, 2)) + 1):
            outcome = draw(st.sampled_from(["yes", "no", "annulled"]))
            asked.outcomes.create(revision=revision, outcome=outcome, known_at=draw(instants), brought_at=brought_at)


def _decide(draw: Draw, forecasts: list[Forecast], accounts: list[Forecaster]) -> None:
    """Resolve, correct and reopen through the services, so that conditions annul and revive as they do."""
    resolvers = [account for account in accounts if account.takes_part]
    at = END
    for forecast in draw(st.lists(st.sampled_from(forecasts), max_size=8)) if forecasts else []:
        at += draw(st.sampled_from([dt.timedelta(microseconds=1), dt.timedelta(days=1)]))
        decision = {
            "forecast": forecast,
            "by": draw(st.sampled_from(resolvers)),
            "at": at,
            "reason": draw(required),
            "revision": Resolution.objects.filter(forecast=forecast).count(),
        }
        outcome = draw(st.sampled_from(["yes", "no", "annulled", "reopened"]))
        # What is refused is not on record, and others are drawn.
        with suppress(Refused):
            if outcome == "reopened":
                resolving.reopen(**decision)
            else:
                resolving.resolve(**decision, outcome=outcome, known_at=draw(instants | st.just(at)), links=draw(links))
