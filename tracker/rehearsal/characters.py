"""Who takes part in a rehearsal: each character's parameters, and what its record should therefore look like."""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Character:
    """How a simulated forecaster turns the true probability into what it says, and when it says anything.

    Stated log odds = stretch * true log odds + noise * a standard normal draw. Shares are of a forecast's scheduled
    length. `slope` and `coverage` are what a rehearsal of 100 or more settled forecasts shows of it, hardly ever with
    an exception: the slope of recalibration, weighted by time standing, and the mean coverage.
    """

    name: str
    sentence: str
    stretch: float = 1.0
    noise: float = 0.0
    revisions: int = 4
    arrives: Range = (0.0, 0.08)
    leaves: Range | None = None
    returns: float = 0.0
    is_back: Range = (0.7, 0.85)
    slope: Range = (0.65, 1.5)
    coverage: Range = (0.85, 1.0)


CHARACTERS: tuple[Character, ...] = (
    Character(name="calibrated", sentence="Says the true probability at the moment of each estimate."),
    Character(
        name="overconfident",
        sentence="Knows the true probability and says too much: its log odds are doubled, so 73% becomes 88%.",
        stretch=2.0,
        slope=(0.33, 0.72),
    ),
    Character(
        name="underconfident",
        sentence="Knows the true probability and says too little: its log odds are halved, so 88% becomes 73%.",
        stretch=0.5,
        slope=(1.25, 2.8),
    ),
    Character(
        name="noisy",
        sentence="Sees the true probability through noise: its log odds are off by 1.2 either way, anew each time.",
        noise=1.2,
        slope=(0.38, 0.88),
    ),
    Character(
        name="late",
        sentence="Says the true probability, but comes only in the last tenth of each forecast.",
        revisions=2,
        arrives=(0.9, 0.945),
        slope=(0.55, 2.6),
        coverage=(0.05, 0.1),
    ),
    Character(
        name="withdrawing",
        sentence="Says the true probability, withdraws about midway, and comes back to half of the forecasts.",
        revisions=2,
        leaves=(0.4, 0.6),
        returns=0.5,
        slope=(0.5, 1.6),
        coverage=(0.45, 0.65),
    ),
)

TWINS = 2
DIRECTOR = "rehearsal"
CAST: dict[str, Character] = {
    f"{DIRECTOR}-{place:02}-{character.name}": character
    for place, character in enumerate((c for c in CHARACTERS for _ in range(TWINS)), start=1)
}


def character_of(name: str) -> Character | None:
    """The character of the simulated forecaster of that name; None for anybody else.

    >>> character_of("rehearsal-03-overconfident").stretch
    2.0
    >>> character_of("ann")
    """
    return CAST.get(name)
