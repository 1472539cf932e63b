"""A good catalogue file, and ways to spoil it."""

import pytest

from forecasts.catalog.faults import CatalogError
from forecasts.catalog.reading import read

GOOD = '''
format = 1

[source]
slug = "essay"
title = "An essay"
author = "A. Writer"
publisher = "A blog"
url = "https://example.org/essay"
published_on = 2023-10-24
summary = "It predicts rain."

[scales.words]
title = "A scale"
citation = "A directive, 2015."
url = "https://example.org/scale"
words = { "likely" = [0.55, 0.80], "unlikely" = [0.20, 0.45] }
untranslated = ["may"]

[terms]
gauge = "the gauge at Kew"
rain = "at least 1 mm at {gauge}"

[[claims]]
key = "P0"
section = "Premise"
restated = "There is a summer at all, which the essay takes for granted."
premise = true

[[claims]]
key = "C1"
section = "Weather"
bullet = 2
restated = "It rains more often in summers than one would think."
hedge = "Likely"
hedge_scale = "words"
hedge_note = "In the heading."

[[claims]]
key = "C2"
author = "A. Reader"
section = "Comments"
restated = "It stays dry in the north, or so the reader thinks."
hedge = "may"
hedge_scale = "words"
hedge_note = "In the comment."

[[forecasts]]
slug = "summer"
claim = "P0"
tags = ["weather"]
question = "Will there be a summer in 2027?"
background = "There was one in every year on record so far."
criteria = """
Yes if the mean temperature of June to August is above 10 degrees,
  measured at {gauge}.

- Nights
  count.
- Days count.
"""
sources = ["Met Office https://www.metoffice.gov.uk", "The Times"]
fallback = "A newspaper."
annulled_if = "Never."
known_at = "The last day of August."
opens_at = 2026-11-01T00:00:00Z
closes_at = 2027-06-01T00:00:00Z
resolve_by = 2027-09-30T00:00:00Z
spot_at = 2027-01-01T00:00:00Z
reveal_at = 2026-12-01T00:00:00Z

[[pairs]]
slug = "rain"
claim = "C1"
part = "a"
hedge = "inherit"
condition = "summer"
title = "Rain, with and without a summer"
tags = ["weather", "rain"]
question = "Will it rain in {window}?"
background = "Rain falls in most months of most years on record."
criteria = "Yes if {rain} falls on at least 3 days in {window}, read as published on the day after it ended."
sources = ["Met Office https://www.metoffice.gov.uk"]
fallback = "A newspaper of {window}."
annulled_if = "Never."
known_at = "The last day of {window}."

[pairs.yes]
slug = "rain-yes"
window = "July 2027"
opens_at = 2026-11-01T00:00:00Z
closes_at = 2027-07-01T00:00:00Z
resolve_by = 2027-08-31T00:00:00Z

[pairs.no]
slug = "rain-no"
window = "July 2028"
opens_at = 2026-11-01T00:00:00Z
closes_at = 2028-07-01T00:00:00Z
resolve_by = 2028-08-31T00:00:00Z

[[forecasts]]
slug = "north"
claim = "C2"
hedge = "inherit"
predicts = "no"
condition = "rain-yes"
condition_outcome = "yes"
tags = ["rain"]
question = "Will it rain in the north in July 2027?"
background = "The north is where the reader lives, and measures rain."
criteria = "Yes if at least 1 mm of rain falls at Wick on any day of July 2027, read as published in August 2027."
sources = ["Met Office https://www.metoffice.gov.uk"]
fallback = "A newspaper."
annulled_if = "Never."
known_at = "The last day of July."
opens_at = 2026-11-01T00:00:00Z
closes_at = 2027-07-01T00:00:00Z
resolve_by = 2027-08-31T00:00:00Z
'''


def faults_of(path):
    with pytest.raises(CatalogError) as caught:
        read(path)
    return [str(fault) for fault in caught.value.faults]


def changed(old, new, *, count=1):
    assert GOOD.count(old) >= count
    return GOOD.replace(old, new, count)
