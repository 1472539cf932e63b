"""The scales of verbal probability that the catalogues beside this file name: what a hedge word is looked up in."""

import tomllib
from functools import cache
from pathlib import Path

from forecasts.catalog.entries import Scale
from forecasts.catalog.faults import Faults
from forecasts.catalog.sections import scales_of


@cache
def known_scales() -> dict[str, Scale]:
    found: dict[str, Scale] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        found |= scales_of(tomllib.loads(path.read_text("utf-8")), Faults())
    return found
