"""Numbers and instants as pages say them."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from textwrap import shorten

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from forecasts.implied import implied
from forecasts.models import Forecast

register = template.Library()

NONE = "–"
MINUS = "\N{MINUS SIGN}"


@register.filter
def percent(p: float | None) -> str:
    """A probability for a reader: whole percents, and finer towards 0 and 1, where they matter.

    >>> [percent(p) for p in (None, 0.62, 0.6249, 0.004, 0.9993, 0.9999)]
    ['–', '62%', '62%', '0.4%', '99.93%', '99.99%']

    Halves go up, and nothing is said of 0 and 1 but that:

    >>> [percent(p) for p in (0.125, 0.175, 0.575, 0.0, 1.0)]
    ['13%', '18%', '58%', '0%', '100%']
    """
    if p is None:
        return NONE
    # What a reader takes for a half is one in decimals, seldom in binary. Twelve digits drop what sums leave behind.
    number = 100 * Decimal(f"{p:.12f}")
    edge = min(number, 100 - number)
    digits = 0 if edge >= Decimal("0.995") or not edge else 1 if edge >= Decimal("0.0995") else 2
    return f"{number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)}%"


@register.filter
def share(part: float | None) -> str:
    """How much of a whole, in whole percents; only nothing is 0% and only all of it is 100%.

    >>> [share(part) for part in (None, 0.0, 0.0004, 0.01, 0.125, 0.9996, 1.0)]
    ['–', '0%', '<1%', '1%', '13%', '>99%', '100%']
    """
    if part is not None and 0 < part < 0.01:
        return "<1%"
    if part is not None and 0.99 < part < 1:
        return ">99%"
    return percent(part)


@register.filter
def finely(part: float) -> str:
    """How much of a whole, where parts are to be added up.

    >>> finely(0.12345), finely(0.00001)
    ('12.35%', '0.00%')
    """
    return f"{100 * part:.2f}%"


@register.filter
def chance(p: float, outcome: str) -> float:
    """The probability of an outcome, yes or no, given that of yes."""
    return p if outcome == "yes" else 1 - p


@register.filter
def weighed_by(p: float, ratio: float) -> float:
    """What a piece of evidence with this likelihood ratio makes of a probability."""
    return implied(p, [ratio])


@register.filter
def exactly(p: float | None) -> str:
    """A probability as it was given.

    >>> exactly(0.6215), exactly(0.07)
    ('62.15%', '7%')
    """
    return NONE if p is None else f"{100 * p:.8g}%"


@register.filter
def odds(p: float | None) -> str:
    """For and against, the larger first where it is for.

    >>> odds(0.8), odds(0.2), odds(0.5)
    ('4 to 1', '1 to 4', '1 to 1')
    """
    if p is None:
        return NONE
    ratio = max(p, 1 - p) / min(p, 1 - p)
    said = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}".removesuffix(".0")
    return f"{said} to 1" if p >= 0.5 else f"1 to {said}"


@register.filter
def signed(value: float | None, digits: int = 1) -> str:
    """A gain or a loss.

    >>> signed(3.14159), signed(-0.5, 2), signed(0.0), signed(None)
    ('+3.1', '−0.50', '0.0', '–')
    """
    if value is None:
        return NONE
    said = f"{abs(value):,.{digits}f}"
    if not said.strip("0.,"):
        return said
    return ("+" if value > 0 else MINUS) + said


@register.filter
def points(difference: float | None) -> str:
    """A difference of two probabilities in percentage points, finer where it is small.

    >>> [points(difference) for difference in (None, 0.3 - 0.1, -0.125, 0.004, -0.00004, 0.0)]
    ['–', '+20', '−13', '+0.4', '−0.0', '0']
    """
    if difference is None:
        return NONE
    number = 100 * Decimal(f"{difference:.12f}")
    if not number:
        return "0"
    said = abs(number).quantize(Decimal(1) if abs(number) >= Decimal("0.995") else Decimal("0.1"), ROUND_HALF_UP)
    return f"{'+' if number > 0 else MINUS}{said}"


@register.filter
def decimals(value: float | None, digits: int = 3) -> str:
    return NONE if value is None else f"{value:.{digits}f}".replace("-", MINUS)


@register.filter
def status(forecast: Forecast, at: dt.datetime) -> str:
    return str(forecast.status_at(at))


@register.simple_tag
def moment(value: dt.datetime | None, at: dt.datetime | None = None) -> SafeString:
    """A date with its exact instant behind it; with `at`, also how far away that is."""
    if value is None:
        return SafeString("")
    value = value.astimezone(dt.UTC)
    day = f"{value.day} {value:%b %Y}"
    exact = f"{value:%Y-%m-%d %H:%M} UTC"
    said = format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, day)
    return said if at is None else format_html("{}, {}", said, away(value, at))


@register.filter
def away(value: dt.datetime, at: dt.datetime) -> str:
    """How far an instant is from `at`, in its largest unit."""
    if value > at:
        return f"in {timeuntil(value, at, depth=1)}"
    return "now" if at - value < dt.timedelta(minutes=1) else f"{timesince(value, at, depth=1)} ago"


@register.filter
def shortly(text: str, width: int) -> str:
    """As many whole words as fit.

    >>> shortly("Will it rain tomorrow?", 22), shortly("Will it rain tomorrow?", 21)
    ('Will it rain tomorrow?', 'Will it rain …')
    """
    return shorten(text, width, placeholder=" …")


@register.simple_tag
def stretch(first: int, last: int, n: int | None, most: int = 0) -> str:
    """Which of a list's entries stand on a page; `n` is None where there are more than `most`.

    >>> stretch(26, 50, 1082), stretch(26, 26, 26), stretch(26, 50, None, 1000)
    ('26 to 50 of 1,082', '26 of 26', '26 to 50 of more than 1,000')
    """
    rows = f"{first:,}" if first == last else f"{first:,} to {last:,}"
    return f"{rows} of {n:,}" if n is not None else f"{rows} of more than {most:,}"


@register.inclusion_tag("forecasts/parts/whisker.html")
def whisker(
    place: float | None, low: float | None = None, high: float | None = None, par: float | None = None
) -> dict[str, object]:
    """A score drawn with its interval: a dot on a bar from 0 to 1, the interval a thicker line, par a tick."""
    marks = {"x": place, "low": low, "high": high, "par": par}
    return {name: None if mark is None else round(4 + 96 * mark, 2) for name, mark in marks.items()}


@register.filter
def across(share: float) -> str:
    """Where a share from 0 to 1 stands on a bar, in percent of its width, with room for a mark at either end.

    >>> [across(share) for share in (0.0, 0.5, 1.0)]
    ['2.00%', '50.00%', '98.00%']
    """
    return f"{2 + 96 * share:.2f}%"


@register.inclusion_tag("forecasts/parts/dot.html")
def dot(p: float | None) -> dict[str, object]:
    """The probability drawn: a dot on a bar from 0 to 1."""
    return {"x": None if p is None else round(4 + 96 * p, 2), "p": p}
