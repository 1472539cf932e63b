"""Memory does not grow with the rows of a file, only with what is different in them."""

import pytest

from benchmarks.evaluating import MEGABYTE, evaluated, shared, two_decimals


@pytest.mark.parametrize("lines", [two_decimals, shared])
def test_sixteen_times_the_rows_need_no_more_memory(lines) -> None:
    (_, few), (_, many) = evaluated(100_000, lines), evaluated(1_600_000, lines)
    # Held whole, the rows would take a hundred megabytes more and beyond; pages that the allocator keeps come to a few.
    assert many - few < 40 * MEGABYTE
