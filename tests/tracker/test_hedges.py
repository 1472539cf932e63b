"""An author's translated words: which count, how they score, and what stands beside them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from scipy.stats import binomtest

from forecasts.models import Claim, Forecast, Source
from forecasts.services import crowds
from tests import factories
from tests.factories import DAY, NOW
from tracker.models import Score
from tracker.queries.hedges import AuthorRecord, Loss, of_source

pytestmark = pytest.mark.django_db
LATER = NOW + 400 * DAY
LIKELY = {"hedge_word": "likely", "hedge_low": 0.55, "hedge_high": 0.8, "hedge_scale": "A scale"}
UNLIKELY = {"hedge_word": "unlikely", "hedge_low": 0.2, "hedge_high": 0.45, "hedge_scale": "A scale"}
MAY = {"hedge_word": "may", "hedge_scale": "A scale"}


@pytest.fixture
def essay(cast: factories.Cast) -> Source:
    return factories.source("essay", author="A. Writer")


def claim(essay: Source, position: int = 1, author: str = "A. Writer", **hedge: Any) -> Claim:
    return essay.claims.create(
        key=f"C{position}", position=position, author=author, restated="It happens.", **(hedge or LIKELY)
    )


def settle(of: Claim, outcome: str, known_at: Any = None, **fields: Any) -> Forecast:
    made = factories.forecast(claim=of, **({"hedged": True} | fields))
    factories.resolution(made, outcome, at=LATER, known_at=known_at or made.closes_at)
    return made


def read(essay: Source) -> AuthorRecord:
    factories.score(at=LATER)
    (record,) = of_source(essay).records
    return record


def losses(loss: Loss | None) -> tuple[float, float, float]:
    assert loss is not None
    return loss.best, loss.midpoint, loss.worst


def test_before_anything_resolves_the_words_stand_with_what_waits_on_them(essay: Source) -> None:
    factories.forecast(claim=claim(essay), hedged=True)
    factories.forecast(claim=claim(essay, 2, **MAY), hedged=True)
    claim(essay, 3, **MAY)
    authors = of_source(essay)
    (record,) = authors.records
    assert (authors.n, record.n, record.brier, record.log_score, record.opening) == (0, 0, None, None, None)
    (word,) = record.words
    assert (word.word, word.low, word.high, word.n_forecasts, word.scored) == ("likely", 0.55, 0.8, 1, None)
    assert record.untranslated == {"may": 2}


def test_a_word_scores_by_its_midpoint_and_by_every_translation(essay: Source) -> None:
    likely = claim(essay)
    for outcome in ("yes", "yes", "yes", "no"):
        settle(likely, outcome)
    record = read(essay)
    best, midpoint, worst = losses(record.brier)
    assert best == pytest.approx(0.75 * 0.25)
    assert midpoint == pytest.approx((0.75 * 0.325**2) + 0.25 * 0.675**2)
    assert worst == pytest.approx(0.2**2 + 0.75 * 0.25)
    (word,) = record.words
    assert word.scored is not None
    assert (word.scored.n, word.scored.n_true, word.scored.share) == (4, 3, 0.75)
    ends = binomtest(3, 4).proportion_ci(method="wilson")
    assert (word.scored.share_low, word.scored.share_high) == pytest.approx((ends.low, ends.high))


def test_the_midpoints_score_is_what_the_score_rows_give_on_a_board(essay: Source) -> None:
    likely, unlikely = claim(essay), claim(essay, 2, **UNLIKELY)
    settle(likely, "yes", known_at=NOW)
    settle(likely, "no")
    settle(unlikely, "yes", known_at=NOW - 60 * DAY)
    settle(unlikely, "no", predicts="no")
    record = read(essay)
    rows = Score.objects.filter(owner="author").values_list("coverage", "brier", "log_score")
    assert record.n == len(rows) == 4
    total = sum(row[0] for row in rows)
    for measure, place in ((record.brier, 1), (record.log_score, 2)):
        assert losses(measure)[1] == pytest.approx(sum(row[0] * row[place] for row in rows) / total)
        assert losses(measure) == tuple(sorted(losses(measure)))


def test_a_claim_that_predicts_no_is_borne_out_by_no(essay: Source) -> None:
    settle(claim(essay), "no", predicts="no")
    record = read(essay)
    (word,) = record.words
    assert word.scored is not None
    assert (word.low, word.high, word.scored.n_true) == (0.55, 0.8, 1)
    assert losses(record.brier) == pytest.approx((0.2**2, 0.325**2, 0.45**2))


def test_parts_that_inherit_nothing_annulled_ones_and_unknown_words_are_not_scored(essay: Source) -> None:
    likely = claim(essay)
    settle(likely, "yes", hedged=False)
    settle(likely, "annulled")
    settle(claim(essay, 2, **MAY), "yes")
    record = read(essay)
    (word,) = record.words
    assert (record.n, word.n_forecasts, word.n_annulled, word.scored) == (0, 1, 1, None)


def test_what_was_known_before_it_opened_scores_no_author(essay: Source) -> None:
    made = factories.forecast(claim=claim(essay), hedged=True)
    factories.resolution(made, "yes", at=LATER, known_at=made.opens_at - DAY)
    assert read(essay).n == 0


def test_the_crowd_beside_it_is_that_of_the_first_week(essay: Source, cast: factories.Cast) -> None:
    likely = claim(essay)
    for outcome, first in (("yes", 0.6), ("no", 0.6), ("yes", None)):
        made = factories.forecast(claim=likely, hedged=True)
        if first:
            factories.estimate(made, cast.ann, first, made.opens_at + DAY)
        factories.estimate(made, cast.ann, 0.99 if outcome == "yes" else 0.01, made.opens_at + 7 * DAY)
        crowds.refresh(forecast_id=made.pk, at=NOW)
        factories.resolution(made, outcome, at=LATER, known_at=made.closes_at)
    opening = read(essay).opening
    assert opening is not None
    assert opening.n == 2
    assert opening.crowd_brier == pytest.approx((0.4**2 + 0.6**2) / 2)
    assert opening.author_brier == pytest.approx((0.325**2 + 0.675**2) / 2)


def test_the_crowd_at_opening_knows_nothing_of_the_answer(essay: Source, cast: factories.Cast) -> None:
    made = factories.forecast(claim=claim(essay), hedged=True, predicts="no")
    factories.estimate(made, cast.ann, 0.3, made.opens_at + DAY)
    factories.estimate(made, cast.ann, 0.01, made.opens_at + 3 * DAY)
    crowds.refresh(forecast_id=made.pk, at=NOW)
    factories.resolution(made, "no", at=LATER, known_at=made.opens_at + 3 * DAY)
    opening = read(essay).opening
    assert opening is not None
    assert opening.crowd_brier == pytest.approx(0.3**2)


def test_each_author_is_somebody_else_and_the_sources_own_comes_first(essay: Source) -> None:
    settle(claim(essay, 1, author="A. Commenter", **UNLIKELY), "no")
    settle(claim(essay, 2), "yes")
    factories.score(at=LATER)
    authors = of_source(essay)
    assert [(record.author, record.words[0].word, record.n) for record in authors.records] == [
        ("A. Writer", "likely", 1),
        ("A. Commenter", "unlikely", 1),
    ]
    assert (authors.n, authors.settled, authors.provisional) == (2, True, False)


def test_until_something_settles_what_resolved_counts_as_provisional(essay: Source) -> None:
    made = factories.forecast(claim=claim(essay), hedged=True)
    factories.resolution(made, "yes", at=NOW)
    factories.score(at=NOW)
    authors = of_source(essay)
    assert (authors.n, authors.provisional) == (1, True)
    settle(essay.claims.get(), "no", opens_at=NOW - 90 * DAY, closes_at=NOW - 80 * DAY)
    factories.score(at=NOW + DAY)
    early = of_source(essay)
    assert (early.n, early.provisional) == (1, False)
    factories.score(at=LATER)
    assert of_source(essay).n == 2


def test_the_number_of_queries_does_not_depend_on_the_rows(essay: Source, cast: factories.Cast) -> None:
    def count() -> int:
        factories.score(at=LATER)
        with CaptureQueriesContext(connection) as captured:
            of_source(essay)
        return len(captured)

    settle(claim(essay), "yes")
    few = count()
    for position in range(2, 6):
        settle(claim(essay, position, author=f"Author {position}", **UNLIKELY), "no")
    assert count() == few
