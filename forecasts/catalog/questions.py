"""The body of a catalogue: its forecasts, and its pairs, which make two forecasts out of one text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from forecasts.catalog.entries import Answer, Claim, Forecast, Pair
from forecasts.catalog.faults import Faults, Place
from forecasts.catalog.fields import SLUG, UNREAD_INSTANT, Fields
from forecasts.catalog.texts import expanded, placeholder_faults, placeholders
from forecasts.doubts import names_a_place, names_a_time

PART = re.compile(r"[a-z]")
TAG_LENGTH = 40
QUESTION_LENGTH = 500
SOURCE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A forecast, or a pair with its two, and the place it came from, for faults that show once all is read."""

    place: Place
    forecasts: tuple[Forecast, ...]
    pair: Pair | None = None


class Questions:
    """Reads forecasts and pairs against the claims and terms of their file."""

    def __init__(self, claims: Mapping[str, Claim], terms: Mapping[str, str], faults: Faults) -> None:
        self.claims = claims
        self.terms = terms
        self.faults = faults
        self.used_terms: set[str] = set()

    def forecast(self, table: Mapping[str, object], place: Place) -> Entry:
        fields = Fields(table, place, self.faults)
        forecast = self._times(fields, self._asked(fields, self.terms))
        outcome = fields.choice("condition_outcome", ("yes", "no"))
        forecast = replace(
            forecast,
            slug=fields.slug("slug"),
            condition=fields.slug("condition", required=False),
            condition_outcome=cast("Answer", outcome) if outcome else None,
        )
        if ("condition" in table) != ("condition_outcome" in table):
            fields.fault("condition_outcome", "condition and condition_outcome are given together or not at all")
        fields.finish()
        self._settle(fields, forecast)
        return Entry(place, (forecast,))

    def pair(self, table: Mapping[str, object], place: Place) -> Entry:
        fields = Fields(table, place, self.faults)
        asked = replace(
            self._asked(fields, {**self.terms, "window": "{window}"}),
            pair=fields.slug("slug"),
            condition=fields.slug("condition"),
        )
        title = fields.text("title", longest=200)
        for field in ("question", "criteria"):
            if getattr(asked, field) and "{window}" not in getattr(asked, field):
                fields.fault(field, "does not say {window}, so its two branches would ask about the same time")
        branches = {answer: fields.take(answer, required=True) for answer in ("yes", "no")}
        fields.finish()
        yes = self._branch("yes", branches["yes"], asked, place)
        # The author spoke of the world in which the premise holds: the twin inherits no hedge.
        unhedged = replace(asked, hedge_word="", hedge_scale="", hedge_low=None, hedge_high=None)
        no = self._branch("no", branches["no"], unhedged, place)
        pair = Pair(asked.pair, title, asked.claim, asked.part, asked.condition, yes.slug, no.slug)
        return Entry(place, (yes, no), pair)

    def _branch(self, answer: Answer, value: object, asked: Forecast, place: Place) -> Forecast:
        place = replace(place, table=f"[pairs.{answer}] of {place.table}")
        if not isinstance(value, dict):
            if value is not None:
                self.faults.add(place, "", "must be a table")
            return asked
        fields = Fields(value, place, self.faults)
        window = self._text(fields, "window", self.terms, shortest=1, longest=300)
        forecast = replace(
            _in_window(self._times(fields, asked), window), slug=fields.slug("slug"), condition_outcome=answer
        )
        fields.finish()
        self._settle(fields, forecast)
        return forecast

    def _asked(self, fields: Fields, terms: Mapping[str, str]) -> Forecast:
        claim_key = fields.choice("claim", self.claims)
        forecast = Forecast(
            slug="",
            claim=claim_key,
            part=fields.matching("part", PART, "one small letter", required=False),
            tags=self._tags(fields),
            question=self._text(fields, "question", terms, shortest=20, longest=QUESTION_LENGTH),
            background=self._text(fields, "background", terms, shortest=40, longest=4000),
            criteria=self._text(fields, "criteria", terms, shortest=80, longest=8000),
            sources=self._sources(fields, terms),
            fallback=self._text(fields, "fallback", terms, shortest=5, longest=2000),
            annulled_if=self._text(fields, "annulled_if", terms, shortest=5, longest=2000),
            known_at=self._text(fields, "known_at", terms, shortest=5, longest=2000),
            opens_at=UNREAD_INSTANT,
            closes_at=UNREAD_INSTANT,
            resolve_by=UNREAD_INSTANT,
            spot_at=None,
            reveal_at=None,
            condition="",
            condition_outcome=None,
            pair="",
            reason=fields.text("reason", longest=1000, required=False),
            predicts="no" if fields.choice("predicts", ("yes", "no")) == "no" else "yes",
            hedge_word="",
            hedge_scale="",
            hedge_low=None,
            hedge_high=None,
        )
        return self._hedged(fields, forecast)

    def _hedged(self, fields: Fields, forecast: Forecast) -> Forecast:
        claim = self.claims.get(forecast.claim)
        if fields.table.get("part") is not None and "claim" not in fields.table:
            fields.fault("part", "a part needs the claim that it is part of")
        if not fields.choice("hedge", ("inherit",)):
            return forecast
        if claim is None or not claim.hedge_word:
            fields.fault("hedge", "there is nothing to inherit: no claim, or a claim without a hedge")
            return forecast
        low, high = claim.hedge_low, claim.hedge_high
        if forecast.predicts == "no" and low is not None and high is not None:
            low, high = round(1 - high, 9), round(1 - low, 9)
        return replace(
            forecast, hedge_word=claim.hedge_word, hedge_scale=claim.hedge_scale, hedge_low=low, hedge_high=high
        )

    def _text(self, fields: Fields, name: str, terms: Mapping[str, str], *, shortest: int, longest: int) -> str:
        return self._expanded(fields, name, fields.text(name, shortest=shortest, longest=longest), terms)

    def _expanded(self, fields: Fields, name: str, text: str, terms: Mapping[str, str]) -> str:
        for message in placeholder_faults(text, terms):
            fields.fault(name, message)
        self.used_terms |= placeholders(text)
        return expanded(text, terms)

    def _tags(self, fields: Fields) -> tuple[str, ...]:
        tags = fields.texts("tags", longest=TAG_LENGTH)
        for tag in tags:
            if tag and not SLUG.fullmatch(tag):
                fields.fault("tags", f"{tag!r} is not of the form: small letters and digits, joined by single hyphens")
            if tags.count(tag) > 1:
                fields.fault("tags", f"{tag!r} stands twice")
        return tags

    def _sources(self, fields: Fields, terms: Mapping[str, str]) -> tuple[str, ...]:
        sources = fields.texts("sources", longest=SOURCE_LENGTH)
        return tuple(self._expanded(fields, "sources", source, terms) for source in sources)

    def _times(self, fields: Fields, forecast: Forecast) -> Forecast:
        forecast = replace(
            forecast,
            opens_at=fields.instant("opens_at"),
            closes_at=fields.instant("closes_at"),
            resolve_by=fields.instant("resolve_by"),
            spot_at=fields.instant_if_given("spot_at"),
            reveal_at=fields.instant_if_given("reveal_at"),
        )
        opens, closes, due = forecast.opens_at, forecast.closes_at, forecast.resolve_by
        _in_order(fields, "closes_at", "opens_at", opens, closes, strictly=True)
        _in_order(fields, "resolve_by", "closes_at", closes, due)
        for field, moment in (("spot_at", forecast.spot_at), ("reveal_at", forecast.reveal_at)):
            if moment is not None:
                _in_order(fields, field, "opens_at", opens, moment)
                _in_order(fields, "closes_at", field, moment, closes)
        return forecast

    def _settle(self, fields: Fields, forecast: Forecast) -> None:
        """What can only be checked once every placeholder is replaced."""
        for source in forecast.sources:
            if source and not names_a_place(source):
                fields.fault("sources", f"{source!r} has no http(s) address and names no publication")
            if len(source) > SOURCE_LENGTH:
                fields.fault("sources", f"{source[:40]!r}... is too long: at most {SOURCE_LENGTH} characters")
        if forecast.question and not forecast.question.endswith("?"):
            fields.fault("question", "does not end with a question mark")
        if len(forecast.question) > QUESTION_LENGTH:
            fields.fault("question", f"is too long once its placeholders are replaced: at most {QUESTION_LENGTH}")
        if forecast.question and not names_a_time(forecast.question):
            fields.fault("question", "names no year and no window: by when?")
        if forecast.criteria and not re.search(r"\d", forecast.criteria):
            fields.fault("criteria", "contain no number: what is the threshold?")


def _in_window(forecast: Forecast, window: str) -> Forecast:
    terms = {"window": window}
    return replace(
        forecast,
        question=expanded(forecast.question, terms),
        background=expanded(forecast.background, terms),
        criteria=expanded(forecast.criteria, terms),
        sources=tuple(expanded(source, terms) for source in forecast.sources),
        fallback=expanded(forecast.fallback, terms),
        annulled_if=expanded(forecast.annulled_if, terms),
        known_at=expanded(forecast.known_at, terms),
    )


def _in_order(
    fields: Fields, later: str, earlier: str, first: datetime, second: datetime, *, strictly: bool = False
) -> None:
    if UNREAD_INSTANT in (first, second) or first < second or (first == second and not strictly):
        return
    fields.fault(later, f"is {'not after' if strictly else 'before'} {earlier}")
