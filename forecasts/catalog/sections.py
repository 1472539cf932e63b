"""The head of a catalogue: its source, its scales of verbal probability, its terms, its claims."""

import re
from collections.abc import Iterator, Mapping, Sequence

from forecasts.catalog.entries import Claim, Scale, Source
from forecasts.catalog.faults import Faults, Place, near_miss
from forecasts.catalog.fields import SLUG, SLUG_LENGTH, Fields
from forecasts.catalog.texts import expanded, placeholder_faults

CLAIM_KEY = re.compile(r"[A-Z]{1,4}[0-9]{1,3}")
TERM = re.compile(r"[a-z]+(?:_[a-z]+)*")

Document = Mapping[str, object]
Lines = Mapping[str, Sequence[int]]


def source_of(document: Document, faults: Faults) -> Source:
    fields = Fields(_table(document, "source", faults, required=True), Place("[source]"), faults)
    source = Source(
        slug=fields.slug("slug"),
        title=fields.text("title", longest=200),
        author=fields.text("author", longest=200),
        publisher=fields.text("publisher", longest=200),
        url=fields.url("url"),
        published_on=fields.day("published_on"),
        summary=fields.text("summary", longest=4000),
    )
    fields.finish()
    return source


def scales_of(document: Document, faults: Faults) -> dict[str, Scale]:
    scales = {}
    for slug, table in _table(document, "scales", faults).items():
        place = Place(f"[scales.{slug}]")
        if not SLUG.fullmatch(slug) or len(slug) > SLUG_LENGTH:
            faults.add(place, "", "the name of a scale is small letters and digits, joined by single hyphens")
        if not isinstance(table, dict):
            faults.add(place, "", "must be a table")
            continue
        scales[slug] = _scale(slug, Fields(table, place, faults))
    return scales


def _scale(slug: str, fields: Fields) -> Scale:
    scale = Scale(
        slug=slug,
        title=fields.text("title", longest=200),
        citation=fields.text("citation", longest=1000),
        url=fields.url("url"),
        words=fields.ranges("words"),
        untranslated=tuple(word.casefold() for word in fields.texts("untranslated", longest=40)),
    )
    fields.finish()
    for word in scale.untranslated:
        if word in scale.words:
            fields.fault("untranslated", f"{word!r} is also among the words that the scale translates")
    return scale


def terms_of(document: Document, faults: Faults) -> dict[str, str]:
    """Terms by name. A term may use the terms above it."""
    table = _table(document, "terms", faults)
    fields = Fields(table, Place("[terms]"), faults)
    terms: dict[str, str] = {}
    for name in table:
        if not TERM.fullmatch(name) or name == "window":
            fields.fault(name, "the name of a term is small letters, joined by single underscores, and not 'window'")
        text = fields.text(name, longest=4000)
        for message in placeholder_faults(text, terms):
            fields.fault(name, message)
        terms[name] = expanded(text, terms)
    return terms


def claims_of(
    document: Document, lines: Lines, source: Source, scales: Mapping[str, Scale], faults: Faults
) -> list[Claim]:
    claims: list[Claim] = []
    for position, (table, place) in enumerate(entries_of(document, "claims", "key", lines, faults), start=1):
        claim = claim_of(position, Fields(table, place, faults), source, scales)
        if claim.key and any(claim.key == other.key for other in claims):
            faults.add(place, "key", f"{claim.key!r} stands twice")
        claims.append(claim)
    return claims


def claim_of(position: int, fields: Fields, source: Source, scales: Mapping[str, Scale]) -> Claim:
    scale = scales.get(fields.choice("hedge_scale", scales))
    word = fields.text("hedge", longest=40, required=False)
    low, high = _hedge_range(fields, word, scale)
    claim = Claim(
        key=fields.matching("key", CLAIM_KEY, "one to four capitals and a number, such as C1"),
        position=position,
        author=fields.text("author", longest=200, required=False) or source.author,
        section=fields.text("section", longest=200),
        bullet=fields.counting("bullet"),
        restated=fields.text("restated", longest=1000, shortest=20),
        premise=fields.flag("premise"),
        hedge_word=word,
        hedge_scale=scale.slug if scale else "",
        hedge_note=fields.text("hedge_note", longest=1000, required=bool(word)),
        hedge_low=low,
        hedge_high=high,
    )
    if claim.premise and word:
        fields.fault("hedge", "a premise is not predicted, so nobody hedged it")
    fields.finish()
    return claim


def _hedge_range(fields: Fields, word: str, scale: Scale | None) -> tuple[float, float] | tuple[None, None]:
    if word and "hedge_scale" not in fields.table:
        fields.fault("hedge_scale", "is missing: a hedge names the scale that translates it, or that does not")
    if not word or scale is None:
        return None, None
    known = {*scale.words, *scale.untranslated}
    if word.casefold() not in known:
        fields.fault("hedge", f"the scale {scale.slug} does not list {word!r}; {near_miss(word.casefold(), known)}")
    return scale.words.get(word.casefold(), (None, None))


def entries_of(
    document: Document, array: str, name: str, lines: Lines, faults: Faults
) -> Iterator[tuple[Mapping[str, object], Place]]:
    """The tables of an array, each with its place; `name` is the field that names an entry in faults."""
    value = document.get(array, [])
    if not isinstance(value, list):
        faults.add(Place(array), "", f"must be an array of tables, each headed [[{array}]]")
        return
    numbers = lines.get(array, ())
    for index, table in enumerate(value, start=1):
        line = numbers[index - 1] if len(numbers) == len(value) else None
        if isinstance(table, dict):
            called = table.get(name)
            yield table, Place(f"[[{array}]]", index, called[:SLUG_LENGTH] if isinstance(called, str) else "", line)
        else:
            faults.add(Place(f"[[{array}]]", index, "", line), "", "must be a table")


def _table(document: Document, name: str, faults: Faults, *, required: bool = False) -> dict[str, object]:
    value = document.get(name)
    if isinstance(value, dict):
        return value
    if value is not None:
        faults.add(Place(f"[{name}]"), "", "must be a table")
    elif required:
        faults.add(Place(f"[{name}]"), "", "is missing")
    return {}
