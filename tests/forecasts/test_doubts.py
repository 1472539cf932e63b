"""What is doubted about a question's words and times, and what is not."""

import datetime as dt
from pathlib import Path

import pytest

from forecasts.catalog.reading import read
from forecasts.doubts import Draft, doubts

AT = dt.datetime(2027, 6, 1, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SOUND = {
    "question": "Will the count of the yearbook exceed 300 before 1 January 2028?",
    "criteria": "Yes if the yearbook for 2027 gives a count of more than 300 in its first edition; otherwise no.",
    "sources": ("The Yearbook, https://example.org/yearbook",),
    "fallback": "The national archive's copy.",
    "opens_at": AT,
    "closes_at": AT + 100 * DAY,
}


def doubted(**fields: object) -> list[tuple[str, str]]:
    return [(doubt.field, doubt.said) for doubt in doubts(Draft(**(SOUND | fields)), at=AT)]  # type: ignore[arg-type]


def test_a_sound_question_raises_no_doubt() -> None:
    assert doubted() == []


def test_nothing_is_doubted_of_what_is_not_written_yet() -> None:
    assert doubts(Draft(), at=AT) == []


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"question": "Will the count exceed 300?"}, "question", "does not say by when"),
        ({"question": "Will it rise in 2027? Will it fall in 2028?"}, "question", "asks more than one thing"),
        ({"question": "Will prices rise and/or fall in 2027?"}, "question", "“and/or” can be read in two ways"),
        ({"question": "Will A and B or C happen in 2027?"}, "question", "joins with both"),
        ({"question": "Will a major war begin in 2027?"}, "question", "“major”"),
        ({"question": "Will it fall significantly in 2027?"}, "question", "“significantly”"),
        ({"question": "Will it be done by 31 December 2027?"}, "question", "is that day or year still in?"),
        ({"question": "Will it be done before 03/04/2027?"}, "question", "is two different days"),
        ({"question": "Will it be done next year, in 2028?"}, "question", "counted from when?"),
        ({"question": "Will it be done before 18:00 on 3 April 2028?"}, "question", "in which time zone?"),
        ({"criteria": "Yes if it rises."}, "criteria", "They are short"),
        ({"criteria": f"Yes if it rises soon. {'It is counted. ' * 6}"}, "criteria", "“soon”"),
        ({"criteria": "x" * 80, "fallback": ""}, "fallback", "There is no fallback"),
        ({"sources": ()}, "sources", "nowhere to look"),
        ({"sources": ("the news",)}, "sources", "names no publication"),
        ({"opens_at": AT - 2 * DAY}, "opens_at", "opens in the past"),
        ({"closes_at": AT - DAY, "opens_at": AT - DAY}, "closes_at", "has closed already"),
        ({"closes_at": AT + 1000 * DAY}, "closes_at", "It closes after 2028"),
        ({"reveal_at": AT + 101 * DAY}, "reveal_at", "stay hidden after closing"),
        ({"reveal_at": AT}, "reveal_at", "never be hidden"),
    ],
)
def test_each_doubt_names_its_field_and_what_to_do(fields: dict[str, object], field: str, said: str) -> None:
    assert [(name, words) for name, words in doubted(**fields) if name == field and said in words], doubted(**fields)


def test_a_threshold_that_is_asked_for_needs_a_number() -> None:
    fields = {
        "question": "Will the price rise before 2028?",
        "criteria": "Yes if the price goes up, as the office says it.",
    }
    assert any("needs a number" in said for _, said in doubted(**fields))
    fields["criteria"] = "Yes if the price goes up by 5 percent, as the office says it."
    assert not any("needs a number" in said for _, said in doubted(**fields))


def test_a_question_that_counts_on_from_a_year_may_close_after_it() -> None:
    question = "Will it happen in the 24 months from 1 January 2027?"
    assert doubted(question=question, closes_at=AT + 900 * DAY) == []


def test_the_catalogue_of_the_essay_raises_few_doubts() -> None:
    """It was worded with care: what is doubted there is doubted rightly, or doubts would be waved through."""
    catalog = read(Path("forecasts/catalog/ai_pause.toml"))
    raised = [
        doubt
        for asked in catalog.forecasts
        for doubt in doubts(
            Draft(question=asked.question, criteria=asked.criteria, sources=asked.sources, fallback=asked.fallback),
            at=AT,
        )
    ]
    assert len(raised) < len(catalog.forecasts) / 4
