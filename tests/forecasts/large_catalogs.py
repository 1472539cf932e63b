"""A good catalogue with as many forecasts as one likes, ten to a claim."""

from .catalog_files import GOOD

HEAD = GOOD[: GOOD.index("[terms]")]
CLAIM = """
[[claims]]
key = "C{number}"
section = "Weather"
restated = "Summer number {number} comes about as all the others did."
hedge = "Likely"
hedge_scale = "words"
hedge_note = "In the heading."
"""
FORECAST = """
[[forecasts]]
slug = "summer-{number}"
claim = "C{claim}"
part = "{part}"
hedge = "inherit"
tags = ["weather"]
question = "Will summer number {number} be warm in 2027?"
background = "There was one in every year on record so far."
criteria = "Yes if the mean temperature of June to August of 2027 is above {number} degrees at the gauge at Kew."
sources = ["Met Office https://www.metoffice.gov.uk"]
fallback = "A newspaper."
annulled_if = "Never."
known_at = "The last day of August."
opens_at = 2026-11-01T00:00:00Z
closes_at = 2027-06-01T00:00:00Z
resolve_by = 2027-09-30T00:00:00Z
"""


PARTS = "abcdefghij"


def large(number: int) -> str:
    claims = [CLAIM.format(number=one + 1) for one in range((number - 1) // len(PARTS) + 1)]
    forecasts = [
        FORECAST.format(number=one + 1, claim=one // len(PARTS) + 1, part=PARTS[one % len(PARTS)])
        for one in range(number)
    ]
    return "".join([HEAD, *claims, *forecasts])
