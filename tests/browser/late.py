"""What the site's pages look like later: an essay whose premise has resolved, corrections, letters full of news."""

import datetime as dt

from django.utils import timezone

from forecasts.models import Forecast, Forecaster, Mailbox, Resolution, Rhythm
from forecasts.services import crowds
from tests import factories
from tests.world import DAY, estimate, forecast
from tracker.letters.composing import compose
from tracker.letters.finding import digest

PREMISE, WITH_IT, WITHOUT_IT = "ai-pause-p0", "ai-pause-c7a-yes", "ai-pause-c7a-no"
CORRECTED, EXPIRED = "late-corrected", "late-expired"
# As many as an effect takes to have an interval, and one.
PEOPLE = 7


def say_much_about_the_essay() -> None:
    """Everybody has a probability on each of its forecasts, so that pairs have effects and answers leave scores."""
    at = timezone.now()
    people = [Forecaster.objects.get(username="ann")]
    people += [factories.forecaster(f"reader-{number}") for number in range(1, PEOPLE)]
    for asked in Forecast.objects.filter(claim__source__slug="ai-pause-will-likely-backfire"):
        event = asked.pair_id or asked.pk
        for number, person in enumerate(people):
            said = 0.2 + event * 0.13 % 0.4 + number * 0.03
            if asked.condition_outcome == "yes":
                said += (event % 5 - 1 + number % 3 - 1) * 0.05
            factories.estimate(asked, person, round(said, 2), at - (9 - number) * DAY)
        crowds.refresh(forecast_id=asked.pk, at=at)


def decide(slug: str, outcome: str, *, reason: str) -> None:
    """As a resolver does, correcting what was decided before."""
    at = timezone.now()
    decided = Forecast.objects.get(slug=slug)
    revision = Resolution.objects.filter(forecast=decided).count() or None
    factories.resolution(decided, outcome, at, known_at=at - DAY, reason=reason, revision=revision)
    factories.score(at=at)


def stage_corrected() -> None:
    at = timezone.now()
    made = forecast(CORRECTED, at, closes=-3, question="Will the bridge be open to cars before the winter?")
    for number, name in enumerate(("ann", "bob")):
        estimate(made, Forecaster.objects.get(username=name), 0.7 - number / 5, at - 20 * DAY)
    decide(CORRECTED, "yes", reason="The *Gazette* reports the opening.")
    decide(CORRECTED, "no", reason="It was open to bicycles only: the Gazette has corrected its report.")


def stage_expired() -> None:
    at = timezone.now()
    made = forecast(EXPIRED, at, closes=40, question="Will the ferry run on more than 300 days this year?")
    for name, probability in (("bob", 0.55), ("ann", 0.8)):
        person = Forecaster.objects.get(username=name)
        estimate(made, person, probability, at - 9 * DAY, expires_at=at - 2 * DAY if name == "ann" else None)
    # As the worker does once an estimate has expired.
    crowds.refresh(forecast_id=made.pk, at=at)


def letter_with_news(name: str) -> str:
    """The HTML of what somebody who also resolves would be sent: of every kind, short and long questions."""
    at = timezone.now()
    who = factories.forecaster(name, is_resolver=True)
    long = "Will the share of households that own a pump exceed one half in every one of the country’s sixteen regions"
    for slug, closes, fields in (
        ("closing", 2, {"question": f"{long} before the end of the decade?"}),
        ("closing-too", 3, {}),
        ("revealed", 30, {"question": "Will it rain on the day of the race?", "reveal_at": at - DAY}),
        ("resolved", -3, {"question": f"{long} in 2026?"}),
        ("annulled", -3, {"question": "Will the race be held in the old town?"}),
        ("to-decide", -2, {"question": "Will the bridge be painted?"}),
    ):
        made = forecast(f"{name}-{slug}", at, closes=closes, **fields)
        for place, person in enumerate((who, Forecaster.objects.get(username="bob"))):
            estimate(made, person, 0.62 + place / 5, at - 12 * DAY)
    _decide_late(f"{name}-resolved", "yes", at)
    _decide_late(f"{name}-annulled", "annulled", at)
    factories.score(at=at)
    mailbox = Mailbox(forecaster=who, rhythm=Rhythm.DAILY, since_at=at - 10 * DAY, next_at=at)
    return compose(digest(mailbox, at=at), mailbox).html


def _decide_late(slug: str, outcome: str, at: dt.datetime) -> None:
    factories.resolution(Forecast.objects.get(slug=slug), outcome, at - DAY)
