"""Lists page by page: their orders, what is hidden in them, and what they may read."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from forecasts.models import Claim, Forecast
from forecasts.queries import MOST, Filters, menus, page
from forecasts.queries.listing import _ids, _narrowed, _stretches
from forecasts.refusals import Invalid
from forecasts.services import crowds
from tests import factories
from tests.factories import DAY, NOW

from .plans import steps

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def moved(slug: str, by: Any, at: Any = NOW, **fields: Any) -> Forecast:
    made = Forecast.objects.filter(slug=slug).first() or factories.forecast(slug, **fields)
    factories.estimate(made, by, 0.4, at)
    crowds.refresh(forecast_id=made.pk, at=at)
    return made


def slugs(user: Any = VISITOR, size: int = 25, **filters: str) -> list[str]:
    """The whole list, page by page."""
    found: list[str] = []
    number, more = 1, True
    while more:
        shown = page(Filters(**filters), user=user, at=NOW, number=number, size=size)
        found += [forecast.slug for forecast in shown.forecasts]
        number, more = number + 1, shown.more
    return found


def test_closing_soonest_begins_with_what_has_yet_to_close(cast: factories.Cast) -> None:
    for day in (-9, -2, 3, 30):
        factories.forecast(f"at{day}", closes_at=NOW + day * DAY)
    assert slugs() == ["at3", "at30", "at-2", "at-9"]
    assert slugs(ordering="-closes") == ["at30", "at3", "at-2", "at-9"]


@pytest.mark.parametrize("ordering", ["closes", "-closes", "newest", "active", "forecasters", "claim"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 25])
def test_pages_of_any_size_make_the_whole_list(cast: factories.Cast, ordering: str, size: int) -> None:
    claim = Claim.objects.create(
        source=factories.source(), key="C1", position=1, author="A. Writer", restated="It goes up."
    )
    for number in range(4):
        moved(f"seen{number}", cast.ann, NOW - number * DAY, claim=claim if number % 2 else None)
    for number in range(3):
        factories.forecast(f"bare{number}", closes_at=NOW - (number + 1) * DAY)
    made = slugs(cast.ann, size=size, ordering=ordering)
    assert len(made) == len(set(made)) == 7
    assert made == slugs(cast.ann, ordering=ordering)
    if ordering == "active":
        assert made == ["seen0", "seen1", "seen2", "seen3", "bare2", "bare1", "bare0"]
    if ordering in {"newest", "forecasters"}:
        seen, bare = [f"seen{n}" for n in (3, 2, 1, 0)], [f"bare{n}" for n in (2, 1, 0)]
        assert made == (bare + seen if ordering == "newest" else seen + bare)
    if ordering == "claim":
        assert made[:2] == ["seen1", "seen3"]


@pytest.mark.parametrize("ordering", ["active", "forecasters"])
def test_a_hidden_crowd_is_not_told_by_the_order(cast: factories.Cast, ordering: str) -> None:
    moved("one", cast.ann, NOW)
    moved("two", cast.ann, NOW - DAY)
    moved("two", cast.resolver, NOW - DAY / 2)
    factories.forecast("bare")
    for stranger in (VISITOR, cast.bob):
        assert slugs(stranger, ordering=ordering) == ["bare", "two", "one"]
    expected = {"active": ["one", "two", "bare"], "forecasters": ["two", "one", "bare"]}[ordering]
    assert slugs(cast.ann, ordering=ordering) == expected


def test_a_hidden_crowd_leaves_no_trace(cast: factories.Cast) -> None:
    moved("one", cast.ann, NOW)
    for user, seen in ((VISITOR, None), (cast.bob, None), (cast.ann, [0.4])):
        [shown] = page(Filters(), user=user, at=NOW).forecasts
        assert shown.trace == seen  # type: ignore[attr-defined]  # an annotation
        assert (shown.trace_at is None, shown.moved_at is None) == (seen is None, seen is None)  # type: ignore[attr-defined]  # annotations


def test_a_crowd_is_shown_as_it_was_at_the_instant_asked_for(cast: factories.Cast) -> None:
    made = moved("one", cast.ann, NOW - DAY)
    factories.estimate(made, cast.ann, 0.9, NOW)
    crowds.refresh(forecast_id=made.pk, at=NOW)
    for at, said in ((NOW, (0.9, NOW)), (NOW - DAY / 2, (0.4, NOW - DAY)), (NOW - 2 * DAY, None)):
        [shown] = page(Filters(), user=cast.ann, at=at).forecasts
        if said:
            assert (shown.crowd, shown.moved_at) == said
        else:
            assert (shown.crowd, shown.revealed) == (None, False)


def test_filters_narrow_by_condition_and_by_ones_own_estimates(cast: factories.Cast) -> None:
    premise = moved("premise", cast.ann)
    factories.forecast("branch", condition=premise, condition_outcome="yes")
    assert slugs(condition="premise") == ["branch"]
    assert slugs(condition="none") == ["premise"]
    assert slugs(cast.ann, mine="yes") == ["premise"]
    assert slugs(cast.ann, mine="no") == ["branch"]
    assert len(slugs(VISITOR, mine="yes")) == 2
    assert [slug for slug, _ in menus().conditions] == ["premise"]


def test_a_faulty_filter_is_refused_by_name(cast: factories.Cast) -> None:
    for name in ("status", "ordering"):
        with pytest.raises(Invalid) as refused:
            page(Filters(**{name: "nonsense"}), user=VISITOR, at=NOW)
        assert refused.value.field == name


def test_no_more_is_counted_or_paged_than_a_reader_can_use(
    cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(7):
        factories.forecast()
    monkeypatch.setattr("forecasts.queries.listing.MOST", 6)
    last = page(Filters(), user=VISITOR, at=NOW, number=99, size=2)
    assert (last.number, last.n, last.more, last.ends_early) == (3, None, False, True)
    assert page(Filters(status="due"), user=VISITOR, at=NOW, size=2).n == 0
    assert MOST == 1000


@pytest.mark.parametrize("ordering", ["closes", "-closes", "newest", "active", "forecasters", "claim", "relevance"])
def test_a_page_takes_the_same_few_queries_whatever_the_rows(
    cast: factories.Cast, ordering: str, django_assert_max_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    for number in range(5):
        moved(f"seen{number}", cast.ann)
    for number in range(1, 5):
        with django_assert_max_num_queries(9):
            page(Filters(ordering=ordering, search="hapen"), user=cast.ann, at=NOW, number=number, size=1)


@pytest.mark.parametrize(
    ("ordering", "index", "rest"),
    [
        ("closes", "forecast_closes_at", "forecast_closes_at"),
        ("-closes", "forecast_closes_at", ""),
        ("newest", "forecast_created_at", ""),
        ("active", "crowd_state_moved", "forecasts_forecast_pkey"),
        ("forecasters", "crowd_state_standing", "forecasts_forecast_pkey"),
        ("claim", "claim_position_once_per_source", "forecast_in_its_claim"),
    ],
)
def test_every_order_is_read_along_an_index(cast: factories.Cast, ordering: str, index: str, rest: str) -> None:
    found, _ = _narrowed(Filters(ordering=ordering), user=cast.ann, at=NOW)
    names = [name for name in (index, rest) if name]
    for stretch, name in zip(_stretches(found, ordering, user=cast.ann, at=NOW), names, strict=True):
        plan = steps(_ids(stretch)[:26])
        assert name in [used for _, used in plan]
        assert "Sort" not in [kind for kind, _ in plan]
