"""How the authors of a source do, by their own words as a published scale translates them."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import DateTimeField, ExpressionWrapper, FloatField, OuterRef, Prefetch, Subquery, Value
from django.db.models.functions import Least

from forecasts.models import LOWEST, Claim, CrowdPoint, Forecast, Outcome, Source
from tracker.models import Owner
from tracker.scopes import Scope
from tracker.scoring.hedges import Losses, Words, brier_losses, log_losses
from tracker.scoring.tally import Tally, mean_brier, mean_log_score

from .counting import counting
from .viewing import view

METHOD = "hedge_midpoint"
# A crowd takes a while to gather: at the very instant of opening nobody can have estimated yet.
GATHERING = dt.timedelta(days=7)


@dataclass(frozen=True)
class Loss:
    """A score of translated words, lower is better: by the midpoints, and the best and worst of all translations."""

    midpoint: float
    best: float
    worst: float


@dataclass(frozen=True)
class Outcomes:
    """What became of the n scored forecasts of a word: n_true bore the claim out.

    share is n_true / n, with its Wilson 95% interval, to be held against the word's range.
    """

    n: int
    n_true: int
    share: float
    share_low: float
    share_high: float
    brier: Loss
    log_score: Loss


@dataclass(frozen=True)
class Word:
    """A hedge word with the range of probabilities that its scale gives it, and the forecasts that inherit it.

    scored is None until one of them is.
    """

    word: str
    scale: str
    low: float
    high: float
    n_forecasts: int
    n_annulled: int
    scored: Outcomes | None


@dataclass(frozen=True)
class Opening:
    """The author beside the crowd on the n forecasts on which one had gathered: both by a probability that stays.

    The crowd's is what it said a week after opening, or just before the answer or the close if that came first.
    """

    n: int
    author_brier: float
    crowd_brier: float
    author_log_score: float
    crowd_log_score: float


@dataclass(frozen=True)
class AuthorRecord:
    """One author of claims: words in the order of their ranges; untranslated words, which no scale knows, by claims."""

    author: str
    words: list[Word]
    untranslated: dict[str, int]
    n: int
    brier: Loss | None
    log_score: Loss | None
    opening: Opening | None

    @property
    def n_forecasts(self) -> int:
        return sum(word.n_forecasts for word in self.words)


@dataclass(frozen=True)
class Authors:
    """Everybody whose words a source holds, its own author first. provisional: nothing of it has settled yet."""

    settled: bool
    provisional: bool
    records: list[AuthorRecord]

    @property
    def n(self) -> int:
        return sum(record.n for record in self.records)


@dataclass(frozen=True, order=True)
class Meaning:
    """A word and the range of P(the claim comes true) that its scale gives it."""

    low: float
    high: float
    word: str
    scale: str


@dataclass(frozen=True)
class Said:
    """A forecast that inherits a word, seen from the claim: a forecast that predicts no is turned round.

    weight is the coverage by which it is scored, None while it is not; crowd, what the crowd said at opening.
    """

    author: str
    meaning: Meaning
    outcome: str
    came_true: bool
    weight: float | None
    crowd: float | None


def of_source(source: Source) -> Authors:
    """How each author of a source does, on settled forecasts unless none are, in a constant number of queries."""
    shown = view(Scope("source", source.slug), settled=True)
    rows = (
        counting(shown.forecasts())
        .filter(owner=Owner.AUTHOR, method=METHOD, coverage__gt=0)
        .annotate(crowd=_crowd_at_opening())
        .values_list("forecast_id", "coverage", "crowd")
    )
    scored = {forecast: (weight, crowd) for forecast, weight, crowd in rows}
    inheriting = Forecast.objects.filter(hedged=True, simulated=False).select_related("resolution")
    worded = source.claims.exclude(hedge_word="").order_by("position")
    claims = list(worded.prefetch_related(Prefetch("forecasts", queryset=inheriting)))
    said = [
        _said(claim, meaning, forecast, *scored.get(forecast.pk, (None, None)))
        for claim in claims
        if (meaning := _meaning(claim))
        for forecast in claim.forecasts.all()
    ]
    names = sorted({claim.author for claim in claims}, key=lambda name: (name != source.author, name))
    records = [_record(name, [each for each in said if each.author == name], claims) for name in names]
    return Authors(shown.settled, shown.provisional, records)


def _crowd_at_opening() -> Subquery:
    """For a score row, the last point of its crowd in the week after opening and before the answer was known."""
    gathered = ExpressionWrapper(OuterRef("forecast__opens_at") + Value(GATHERING), output_field=DateTimeField())
    until = Least(gathered, OuterRef("forecast__closes_at"), OuterRef("forecast__resolution__known_at"))
    points = CrowdPoint.objects.filter(forecast=OuterRef("forecast_id"), at__lt=until)
    return Subquery(points.order_by("-at").values("recency_weighted")[:1], output_field=FloatField())


def _meaning(claim: Claim) -> Meaning | None:
    if claim.hedge_low is None or claim.hedge_high is None:
        return None
    return Meaning(claim.hedge_low, claim.hedge_high, claim.hedge_word, claim.hedge_scale)


def _said(claim: Claim, meaning: Meaning, forecast: Forecast, weight: float | None, crowd: float | None) -> Said:
    turned = forecast.predicts == Outcome.NO
    return Said(
        author=claim.author,
        meaning=meaning,
        outcome=forecast.outcome,
        came_true=forecast.outcome == forecast.predicts,
        weight=weight,
        crowd=1 - crowd if turned and crowd is not None else crowd,
    )


def _record(author: str, said: list[Said], claims: list[Claim]) -> AuthorRecord:
    scored = [each for each in said if each.weight is not None]
    meanings = sorted({each.meaning for each in scored})
    words = Words.of(
        word=[meanings.index(each.meaning) for each in scored],
        came_true=[each.came_true for each in scored],
        weight=[each.weight or 0.0 for each in scored],
        size=len(meanings),
    )
    low, high = [meaning.low for meaning in meanings], [meaning.high for meaning in meanings]
    brier, log_score = brier_losses(words.rate, low, high), log_losses(words.rate, low, high)
    outcomes = dict(zip(meanings, _outcomes(words, brier, log_score), strict=True))
    return AuthorRecord(
        author=author,
        words=[_word(meaning, said, outcomes.get(meaning)) for meaning in sorted({each.meaning for each in said})],
        untranslated=dict(Counter(c.hedge_word for c in claims if c.author == author and c.hedge_low is None)),
        n=len(scored),
        brier=Loss(*brier.mean(words.weight)) if scored else None,
        log_score=Loss(*log_score.mean(words.weight)) if scored else None,
        opening=_opening([each for each in scored if each.crowd is not None]),
    )


def _outcomes(words: Words, brier: Losses, log_score: Losses) -> list[Outcomes]:
    return [
        Outcomes(
            n=int(words.n[place]),
            n_true=int(words.n_true[place]),
            share=float(words.frequency[place]),
            share_low=float(words.low[place]),
            share_high=float(words.high[place]),
            brier=_loss(brier, place),
            log_score=_loss(log_score, place),
        )
        for place in range(words.n.size)
    ]


def _loss(losses: Losses, place: int) -> Loss:
    return Loss(float(losses.midpoint[place]), float(losses.best[place]), float(losses.worst[place]))


def _word(meaning: Meaning, said: list[Said], scored: Outcomes | None) -> Word:
    mine = [each for each in said if each.meaning == meaning]
    return Word(
        word=meaning.word,
        scale=meaning.scale,
        low=meaning.low,
        high=meaning.high,
        n_forecasts=len(mine),
        n_annulled=sum(each.outcome == Outcome.ANNULLED for each in mine),
        scored=scored,
    )


def _opening(compared: list[Said]) -> Opening | None:
    """Author and crowd weigh alike: each forecast by the author's coverage."""
    if not compared:
        return None
    true = [each.came_true for each in compared]
    weight = [each.weight or 0.0 for each in compared]
    author = Tally.of([(each.meaning.low + each.meaning.high) / 2 for each in compared], true, weight)
    crowd = Tally.of([each.crowd or 0.0 for each in compared], true, weight)
    return Opening(
        n=len(compared),
        author_brier=mean_brier(author),
        crowd_brier=mean_brier(crowd),
        author_log_score=mean_log_score(author, LOWEST),
        crowd_log_score=mean_log_score(crowd, LOWEST),
    )
