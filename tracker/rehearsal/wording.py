"""The words of a rehearsal. Each says that what it speaks of is simulated."""

from typing import Final

from forecasts.services.registering import Text

from .characters import CHARACTERS
from .parts import Part
from .simulation import Kind

TITLE: Final = "Rehearsal (simulated)"
BACKGROUND: Final = (
    "Everything here is simulated: the index, the forecasters and the answer. The index starts at 100 when the "
    "question opens and wanders at random, with a standard deviation of 10 by the close. The simulated forecasters "
    "know this and watch it."
)


def description(seed: int) -> str:
    """Return what the collection says of itself; the seed in it is what a later run must have, too."""
    return (
        "Everything in this collection is simulated: the questions, the forecasters, what they say and the answers. "
        f"Chance drew all of it with seed {seed} so that every page can be seen at work before there is a record. "
        "Nothing here is about the world, nobody here is a person, and it counts nowhere else.\n\n"
        + "\n".join(f"- {character.name.capitalize()}: {character.sentence}" for character in CHARACTERS)
    )


def text_of(part: Part) -> Text:
    """Return the wording, which says in its first words that nothing in it is about the world."""
    closes = f"{part.closes_at:%d %B %Y}".lstrip("0")
    asked, yes, known = {
        Kind.STANDS: (
            f"stand above {part.level:.1f} on {closes}",
            f"Yes if the simulated index stands above {part.level:.1f} at 00:00 UTC on {closes}, else no.",
            "When the question closes.",
        ),
        Kind.REACHES: (
            f"reach {part.level:.1f} before {closes}",
            f"Yes if the simulated index reaches {part.level:.1f} before 00:00 UTC on {closes}, else no.",
            f"When the index first reaches {part.level:.1f}; if it never does, when the question closes.",
        ),
    }[part.kind]
    return Text(
        question=f"{part.name}: will the simulated index {asked}?",
        background=BACKGROUND,
        criteria=f"{yes} Decided by the simulation with seed {part.seed[0]}; nothing in the world bears on it.",
        sources=["manage.py rehearse --answers, which prints what the simulation decided"],
        fallback="None is needed: the same simulation gives the same answer again.",
        annulled_if="Its condition resolves the other way, or is annulled." if part.condition else "Never.",
        known_at_rule=known,
        opens_at=part.opens_at,
        closes_at=part.closes_at,
        resolve_by=part.resolve_by,
        spot_at=part.spot_at,
    )


def reading(part: Part, step: int) -> str:
    return f"Simulated reading: the index stands at {part.index(step):.1f}"


def rationale(part: Part, step: int) -> str:
    return f"Simulated: the index stands at {part.index(step):.1f}; the question is about {part.level:.1f}."


def reason(part: Part) -> str:
    """Return why it resolved as it did."""
    if part.kind is Kind.STANDS:
        return (
            f"Simulated: the index stood at {part.index(part.path.known):.1f} at the close; asked was {part.level:.1f}."
        )
    when = (
        f"first reached {part.level:.1f} in the hours before"
        if part.path.yes
        else f"had not reached {part.level:.1f} by"
    )
    return f"Simulated: the index {when} {part.known_at:%Y-%m-%d %H:%M} UTC."
