"""What somebody looks for: words as full text, the last one perhaps unfinished, mistyped ones as what they may mean."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Final

from django.contrib.postgres.search import SearchQuery
from django.db import connection

MOST_WORDS: Final = 12
LONGEST_WORD: Final = 60
# Words of which a mistyped one may be one.
MOST_MEANT: Final = 4


@dataclass(frozen=True)
class Search:
    """What is looked for: `query`, None where there is no word; `whole`, the same without beginnings of words, which
    ranks first; `meant`, what mistyped words were taken for; `said`, the words that count, those included.
    """

    query: SearchQuery | None
    whole: SearchQuery | None
    meant: dict[str, list[str]]
    said: tuple[str, ...] = ()


WORD: Final = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a search, in lower case: letters and digits; whatever stands between parts them.

    >>> words_of("AI-pause: Will C1 hold?")
    ['ai', 'pause', 'will', 'c1', 'hold']
    """
    return [word.lower()[:LONGEST_WORD] for word in WORD.findall(text)[:MOST_WORDS]]


def understood(text: str) -> Search:
    """Read a search in at most two queries: one tells which words are known, one looks for what the others may mean."""
    words = words_of(text)
    known = _known(words)
    # Such as "will" and "the"; a question of nothing else is still looked for, as it is written.
    telling = [word for word in words if known[word].tells] or words
    meant = _meant([word for word in telling if not known[word].found and word.isalpha() and len(word) > 2])
    if not telling:
        return Search(None, None, meant)
    forms = [_forms(word, meant.get(word, [])) for word in telling]
    # Letters and digits only: nothing in the word has a meaning of its own there.
    begun = SearchQuery(f"'{telling[-1]}':*", config="simple", search_type="raw")
    # The last word stays last: it may be the beginning of another.
    said = (*(each for near in meant.values() for each in near), *telling)
    return Search(reduce(and_, [*forms[:-1], forms[-1] | begun]), reduce(and_, forms), meant, said)


def hits(search: Search, texts: Iterable[str]) -> frozenset[str]:
    """Which words of these texts, in lower case, a search was found by; one query, however many there are."""
    words = {word.lower() for text in texts for word in WORD.findall(text)}
    if not search.said or not words:
        return frozenset()
    with connection.cursor() as cursor:
        # As the index has them: in any form of English, as they are written, and the last perhaps unfinished.
        cursor.execute(
            """
            WITH said AS (SELECT array_agg(stem) AS stems
                          FROM unnest(%(said)s::text[]) word, unnest(ts_lexize('english_stem', word)) stem)
            SELECT word FROM said, unnest(%(words)s::text[]) word
            WHERE word = ANY (%(said)s) OR starts_with(word, %(begun)s)
                OR ts_lexize('english_stem', word) && said.stems""",
            {"said": list(search.said), "words": list(words), "begun": search.said[-1]},
        )
        return frozenset(row[0] for row in cursor.fetchall())


@dataclass(frozen=True)
class Known:
    """Whether a word tells anything in English, and whether some forecast has it or a word that begins with it."""

    tells: bool
    found: bool


def _known(words: Sequence[str]) -> dict[str, Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT word, numnode(lexemes) > 0,
                EXISTS (SELECT 1 FROM forecasts_searchword known
                        WHERE known.word >= asked.word AND known.word < asked.word || chr(1114111))
                OR EXISTS (SELECT 1 FROM forecasts_searchentry WHERE document @@ lexemes)
            FROM (SELECT word COLLATE "C" AS word, plainto_tsquery('english', word) AS lexemes
                  FROM unnest(%s::text[]) word) asked""",
            [list(words)],
        )
        return {word: Known(tells, found) for word, tells, found in cursor.fetchall()}


def _meant(words: Sequence[str]) -> dict[str, list[str]]:
    """For each word that no forecast has, those that contain it, or else the nearest by edits."""
    if not words:
        return {}
    with connection.cursor() as cursor:
        # Cheap first: containing words by the trigram index; then all, of which there are few beside the forecasts.
        cursor.execute(
            """
            SELECT asked.word, near.word FROM unnest(%s::text[]) asked (word), LATERAL (
                SELECT known.word FROM forecasts_searchword known WHERE known.word LIKE '%%' || asked.word || '%%'
                UNION
                SELECT known.word FROM forecasts_searchword known
                WHERE levenshtein_less_equal(known.word, asked.word, 2) <= 2
            ) near
            ORDER BY similarity(near.word, asked.word) DESC, near.word LIMIT 200""",
            [list(words)],
        )
        found: dict[str, list[str]] = {}
        for asked, near in cursor.fetchall():
            found.setdefault(asked, []).append(near)
    return {word: best for word, near in found.items() if (best := _nearest(word, near))}


def _nearest(word: str, near: list[str]) -> list[str]:
    if containing := [other for other in near if word in other]:
        return containing[:MOST_MEANT]
    # Short words are all near each other.
    most = 1 if len(word) < 5 else 2
    by_edits = {other: edits(word, other) for other in near}
    least = min(by_edits.values())
    return [other for other in near if by_edits[other] == least][:MOST_MEANT] if least <= most else []


def edits(one: str, other: str) -> int:
    """How many letters to add, drop, change or swap with the next make one word the other (optimal string alignment).

    >>> edits("pasue", "pause"), edits("pasue", "paste"), edits("model", "models"), edits("", "ai")
    (1, 1, 1, 2)
    """
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            costs = [before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted)]
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                costs.append(earlier[j - 2] + 1)
            row.append(min(costs))
    return row[-1]


def _forms(word: str, meant: Sequence[str]) -> SearchQuery:
    """The word in any of its forms, as it is written, and what it may mean."""
    forms = [SearchQuery(each, config="english") for each in (word, *meant)]
    return reduce(or_, [*forms, SearchQuery(word, config="simple")])
