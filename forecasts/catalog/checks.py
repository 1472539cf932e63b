"""What a catalogue's parts must agree on: names stand once, conditions come first, nothing is left unused."""

from collections.abc import Mapping, Sequence

from forecasts.catalog.entries import Claim
from forecasts.catalog.faults import Faults, Place, near_miss
from forecasts.catalog.questions import Entry
from forecasts.catalog.texts import placeholders

FORMAT = 1
SECTIONS = ("format", "source", "scales", "terms", "claims", "forecasts", "pairs")


def check_head(document: Mapping[str, object], lines: Mapping[str, Sequence[int]], faults: Faults) -> None:
    for name in document:
        if name not in SECTIONS:
            faults.add(Place(), name, f"unknown key; {near_miss(name, SECTIONS)}")
    if document.get("format") is not FORMAT:
        faults.add(Place(), "format", f"must be {FORMAT}, the only format there is")
    if not document.get("forecasts") and not document.get("pairs"):
        faults.add(Place(), "", "registers nothing: it has neither [[forecasts]] nor [[pairs]]")
    for array, numbers in lines.items():
        value = document.get(array, [])
        if isinstance(value, list) and len(value) != len(numbers):
            faults.add(Place(array), "", f"write each entry under its own [[{array}]]: their lines are their order")


def check_entries(entries: Sequence[Entry], faults: Faults) -> None:
    """Walk the file once: what stands above an entry is what it may refer to."""
    every = {forecast.slug for entry in entries for forecast in entry.forecasts}
    above: set[str] = set()
    pairs: set[str] = set()
    parts: set[tuple[str, str]] = set()
    for entry in entries:
        _check_condition(entry, above, every, faults)
        for forecast in entry.forecasts:
            _check_once(entry.place, "slug", forecast.slug, above, faults)
        if entry.pair:
            _check_once(entry.place, "slug of the pair", entry.pair.slug, pairs, faults)
        first = entry.forecasts[0]
        if first.claim and (first.claim, first.part) in parts:
            part = f"part {first.part!r}" if first.part else "a forecast without a part"
            faults.add(entry.place, "part", f"claim {first.claim} already has {part}")
        parts.add((first.claim, first.part))


def _check_condition(entry: Entry, above: set[str], every: set[str], faults: Faults) -> None:
    condition = entry.forecasts[0].condition
    if not condition or condition in above:
        return
    if condition in every:
        faults.add(entry.place, "condition", f"{condition!r} does not stand above it; a condition comes first")
    else:
        faults.add(entry.place, "condition", f"unknown {condition!r}; {near_miss(condition, above)}")


def _check_once(place: Place, field: str, name: str, seen: set[str], faults: Faults) -> None:
    if name and name in seen:
        faults.add(place, field, f"{name!r} stands twice")
    seen.add(name)


def check_uses(
    document: Mapping[str, object],
    claims: Sequence[Claim],
    entries: Sequence[Entry],
    used_terms: set[str],
    faults: Faults,
) -> None:
    """A claim that nothing asks about, and a term that nothing uses, are oversights."""
    asked = {forecast.claim for entry in entries for forecast in entry.forecasts}
    for claim in claims:
        if claim.key and claim.key not in asked:
            faults.add(Place("[[claims]]", claim.position, claim.key), "", "has no forecast")
    terms = document.get("terms")
    texts = {name: text for name, text in terms.items() if isinstance(text, str)} if isinstance(terms, dict) else {}
    used = used_terms.union(*(placeholders(text) for text in texts.values()))
    for name in texts:
        if name not in used:
            faults.add(Place("[terms]"), name, "is not used")
