"""How what stands here is cited: in words, and as an entry for BibTeX, which other programs read as well."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from .links import absolute
from .models import Forecast, Source
from .templatetags.words import percent

SITE: Final = "Forecast Tracker"
# What TeX takes for something else. A brace would end the field, so it is left out.
TEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash ",
        "{": "",
        "}": "",
        "~": r"\textasciitilde ",
        "^": r"\textasciicircum ",
        "\n": " ",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)


@dataclass(frozen=True)
class Citation:
    """The same in words and for BibTeX."""

    text: str
    bibtex: str


def of_forecast(forecast: Forecast, *, at: dt.datetime) -> Citation:
    """As it stands at `at`, as far as whoever it was annotated for may see its crowd."""
    claim = forecast.claim
    source = f" ({claim.source.title}, {forecast.label})" if claim else ""
    address, stood = absolute(forecast.get_absolute_url()), f"as it stood on {_day(at)}{_standing(forecast)}"
    of_claim = f"{claim.source.title}, {forecast.label}; " if claim else ""
    return Citation(
        f"{SITE}, “{forecast.question}”{source}, wording {forecast.version}. {address}, {stood}.",
        _entry(
            f"{forecast.slug}-{at:%Y-%m-%d}",
            author=f"{{{SITE}}}",
            title=f"{{{_tex(forecast.question)}}}",
            year=f"{at:%Y}",
            note=_tex(f"{of_claim}wording {forecast.version}, {stood}"),
            url=address,
        ),
    )


def of_scoreboard(source: Source, *, at: dt.datetime) -> Citation:
    """What stands here of the document, as it stands at `at`."""
    year = f", {source.published_on.year}" if source.published_on else ""
    address, stood = absolute(source.get_absolute_url()), f"as it stood on {_day(at)}"
    return Citation(
        f"{SITE}, scoreboard of “{source.title}” ({source.author}{year}). {address}, {stood}.",
        _entry(
            f"{source.slug}-scoreboard-{at:%Y-%m-%d}",
            author=f"{{{SITE}}}",
            title=f"{{{_tex(f'Scoreboard of “{source.title}” ({source.author}{year})')}}}",
            year=f"{at:%Y}",
            note=_tex(stood),
            url=address,
        ),
    )


def of_source(source: Source) -> Citation:
    """The document itself, as it is registered here."""
    year = f" ({source.published_on.year})" if source.published_on else ""
    publisher = f" {source.publisher}." if source.publisher else ""
    return Citation(
        f"{source.author}{year}: “{source.title}”.{publisher} {source.url}".strip(),
        _entry(
            source.slug,
            author=f"{{{_tex(source.author)}}}",
            title=f"{{{_tex(source.title)}}}",
            year=str(source.published_on.year) if source.published_on else "",
            publisher=_tex(source.publisher),
            url=source.url,
        ),
    )


def _standing(forecast: Forecast) -> str:
    """What it came to, or what the crowd says where the reader may see that."""
    if forecast.outcome:
        return ": annulled" if forecast.outcome == "annulled" else f": resolved {forecast.outcome}"
    crowd, n = getattr(forecast, "crowd", None), getattr(forecast, "n_standing", 0)
    if not getattr(forecast, "revealed", False) or crowd is None:
        return ""
    return f": {percent(crowd)}, by {n} forecaster{'' if n == 1 else 's'}"


def _day(at: dt.datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _entry(key: str, **fields: str) -> str:
    given = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{key}{given}\n}}"


def _tex(text: str) -> str:
    r"""As TeX prints it.

    >>> print(_tex("50% of {A & B}"))
    50\% of A \& B
    """
    return text.translate(TEX)
