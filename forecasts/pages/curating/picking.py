"""Choosing a claim or a condition by searching for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from forecasts.models import Claim, Forecast
from forecasts.resembling import claims_like, like

PICKS: Final = ("claim", "condition")


@dataclass(frozen=True)
class Picks:
    """What a search field offers, by what is sent for it: what is chosen already, then what the words find."""

    name: str
    chosen: str
    words: str
    offered: Mapping[str, Claim | Forecast]


def picks(given: Mapping[str, Any], name: str) -> Picks:
    chosen, words = _typed(given, name), _typed(given, f"{name}_search")
    offered: dict[str, Claim | Forecast] = {}
    if name == "claim":
        source, _, key = chosen.partition(":")
        own = Claim.objects.select_related("source").filter(source__slug=source, key=key)
        offered |= {
            f"{claim.source.slug}:{claim.key}": claim for claim in [*own, *(claims_like(words) if words else [])]
        }
    else:
        mine = Forecast.objects.select_related("claim").filter(slug=chosen)
        offered |= {each.slug: each for each in [*mine, *(like(words) if words else [])]}
    return Picks(name, chosen, words, offered)


def _typed(given: Mapping[str, Any], name: str) -> str:
    return str(given.get(name) or "").replace("\x00", "").strip()[:200]
