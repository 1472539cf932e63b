"""What there is to tell one account that it was not told yet. A handful of queries, each bounded."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from forecasts import queries
from forecasts.models import ENDED, UNANSWERED, Estimate, Forecast, Forecaster, Mailbox, Rhythm
from forecasts.models.forecasts import ForecastQuerySet
from forecasts.services.mailboxes import told
from tracker.models import Letter, News, Score, ScoringRun
from tracker.queries.counting import counting
from tracker.services.scoring import RULES

MOST: Final = 20
# Older news is no news, such as what was scored while nobody sent letters.
LOOK_BACK: Final = dt.timedelta(days=30)
REMIND: Final = dt.timedelta(days=5)
# As far ahead as the next letter, and a day or two to act.
AHEAD: Final = {Rhythm.DAILY: dt.timedelta(days=3), Rhythm.WEEKLY: dt.timedelta(days=8)}
# A week between letters, less what the hour of sending may shift.
WEEK: Final = dt.timedelta(days=6, hours=12)


@dataclass(frozen=True)
class Item:
    """One thing to tell: its forecast, with `own` and what of the crowd the reader may see, and their score on it."""

    kind: News
    forecast: Forecast
    about_at: dt.datetime
    score: Score | None = None


@dataclass(frozen=True)
class Digest:
    """What a letter would say, by kind in the order of News; `more` are kinds of which there is more than it holds."""

    items: dict[News, list[Item]]
    more: frozenset[News] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return any(self.items.values())

    @property
    def all(self) -> list[Item]:
        return [item for items in self.items.values() for item in items]


@dataclass(frozen=True)
class Reader:
    """Whom it is told, and when."""

    mailbox: Mailbox
    at: dt.datetime

    @property
    def account(self) -> Forecaster:
        return self.mailbox.forecaster

    @property
    def since(self) -> dt.datetime:
        return max(self.mailbox.since_at, self.at - LOOK_BACK)


def digest(mailbox: Mailbox, *, at: dt.datetime) -> Digest:
    """Everything to tell now. A weekly reader who also resolves is told what is due in between, and only that."""
    reader = Reader(mailbox, at)
    finders = {News.RESOLVED: _resolved, News.CLOSING: _closing, News.REVEALED: _revealed, News.DUE: _due}
    if mailbox.rhythm == Rhythm.WEEKLY and _told_lately(reader):
        finders = {News.DUE: _due}
    wanted = told(mailbox)
    found = {kind: find(reader) for kind, find in finders.items() if kind in wanted}
    items = {kind: rows[:MOST] for kind, rows in found.items() if rows}
    return Digest(items, frozenset(kind for kind in items if len(found[kind]) > MOST))


def _told_lately(reader: Reader) -> bool:
    lately = Letter.objects.filter(mailbox=reader.mailbox.pk, told_at__gt=reader.at - WEEK)
    return lately.exclude(kind=News.DUE).exists()


def _resolved(reader: Reader) -> list[Item]:
    """What they estimated, once it is scored; also what was annulled, on which nobody is."""
    scored = ScoringRun.objects.filter(resolution=OuterRef("resolution"), rules=RULES, current=True)
    decided = _estimated(reader).filter(
        Exists(scored),
        resolution__outcome__in=ENDED,
        resolution__decided_at__gt=reader.since,
        resolution__decided_at__lte=reader.at,
    )
    rows = _untold(reader, News.RESOLVED, decided, about="resolution__decided_at")
    own = counting(Forecast.objects.filter(pk__in=[row.pk for row in rows])).filter(forecaster=reader.account.pk)
    scores = {score.forecast_id: score for score in own}
    return [Item(News.RESOLVED, row, row.resolution.decided_at, scores.get(row.pk)) for row in rows if row.resolution]


def _closing(reader: Reader) -> list[Item]:
    """What they stand on and can still revise."""
    soon = reader.at + AHEAD.get(Rhythm(reader.mailbox.rhythm), AHEAD[Rhythm.WEEKLY])
    open_now = _estimated(reader).with_status("open", at=reader.at).filter(closes_at__lte=soon)
    stood_on = open_now.filter(queries.stands(reader.account, at=reader.at))
    rows = _untold(reader, News.CLOSING, stood_on, about="closes_at")
    return [Item(News.CLOSING, row, row.closes_at) for row in rows]


def _revealed(reader: Reader) -> list[Item]:
    """What they estimated and everybody can now see."""
    public = _estimated(reader).filter(UNANSWERED, reveal_at__gt=reader.since, reveal_at__lte=reader.at)
    rows = _untold(reader, News.REVEALED, public, about="reveal_at")
    return [Item(News.REVEALED, row, row.reveal_at) for row in rows if row.reveal_at]


def _due(reader: Reader) -> list[Item]:
    """What waits for a resolver, told anew in each five days until it is done."""
    if not reader.account.may_resolve:
        return []
    before = Letter.objects.filter(
        mailbox=reader.mailbox.pk, kind=News.DUE, forecast=OuterRef("pk"), about_at__gt=reader.at - REMIND
    )
    rows = queries.due(at=reader.at).filter(~Exists(before), resolve_by__lte=reader.at, simulated=False)
    return [
        Item(News.DUE, row, row.resolve_by + (reader.at - row.resolve_by) // REMIND * REMIND)
        for row in queries.first_due(rows, most=MOST + 1)
    ]


def _estimated(reader: Reader) -> ForecastQuerySet:
    own = Estimate.objects.filter(forecast=OuterRef("pk"), forecaster=reader.account.pk, made_at__lte=reader.at)
    return Forecast.objects.filter(Exists(own), simulated=False)


def _untold(reader: Reader, kind: News, found: QuerySet[Forecast], *, about: str) -> list[Forecast]:
    """Those whose `about`, an instant, was not told yet, in its order; one more than a letter holds.

    First which they are, then what is told of them: the crowd of each is looked up for those alone.
    """
    before = Letter.objects.filter(
        mailbox=reader.mailbox.pk, kind=kind, forecast=OuterRef("pk"), about_at=OuterRef(about)
    )
    ids = found.filter(~Exists(before)).order_by(about, "id").values_list("pk", flat=True)[: MOST + 1]
    return queries.rows(list(ids), user=reader.account, at=reader.at)
