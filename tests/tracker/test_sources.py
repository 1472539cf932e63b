"""A source's scoreboard: order, twins, and what hangs on what at any depth."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from forecasts.models import Forecast, Source
from tests import factories
from tests.factories import NOW
from tracker.queries.sources import scoreboard

pytestmark = pytest.mark.django_db


def test_what_an_outcome_of_the_premise_annuls_is_what_resolving_annuls(cast: factories.Cast) -> None:
    call_command("register", "forecasts/catalog/ai_pause.toml")
    board = scoreboard(Source.objects.get(), user=AnonymousUser(), at=NOW)
    premise = next(condition for condition in board.conditions if condition.forecast.slug == "ai-pause-p0")
    foretold = {outcome: {forecast.slug for forecast in premise.voided_by(outcome)} for outcome in ("yes", "no")}
    for revision, outcome in enumerate(("yes", "no")):
        factories.resolution(premise.forecast, outcome, revision=revision)
        annulled = Forecast.objects.filter(resolution__outcome="annulled").values_list("slug", flat=True)
        assert set(annulled) == foretold[outcome]
    assert premise.n_voided_by_no > len([b for b in premise.branches if b.condition_outcome == "yes"])


def test_claims_stand_in_the_essays_order_with_twins_side_by_side(cast: factories.Cast) -> None:
    call_command("register", "forecasts/catalog/ai_pause.toml")
    board = scoreboard(Source.objects.get(), user=AnonymousUser(), at=NOW)
    keys = [each.claim.key for each in board.claims]
    assert keys[:11] == ["P0", *(f"C{number}" for number in range(1, 11))]
    twins = [question for each in board.claims for question in each.questions if question.twin]
    assert len(twins) == 9
    for question in twins:
        assert question.twin is not None
        assert (question.forecast.condition_outcome, question.twin.condition_outcome) == ("yes", "no")
