"""Fewer points that draw the same: arithmetic without Django."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

KINDS: Final = 4


def stretches(at: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    """Which of `number` even stretches, from the first instant to the last, each of the ascending instants lies in.

    >>> stretches(np.array([0, 4, 5, 10]), 2).tolist()
    [0, 0, 1, 1]
    """
    if at.size == 0:
        return at
    since = at - at[0]
    found: NDArray[np.int64] = np.minimum(since * number // max(int(since[-1]), 1), number - 1)
    return found


def outline(at: NDArray[np.int64], value: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Indexes, ascending, of at most `most` points (4 or more) whose line is that of all but for what a stretch hides.

    Of each even stretch the first, the last, the lowest and the highest stay, and with them the ends and extremes of
    the whole (M4: Jugel, Jerzak, Hackenbroich and Markl, VLDB 2014). NaN, no value, is neither low nor high.

    >>> outline(np.arange(9), np.array([5, 1, 9, 4, 5, 5, 2, 8, 5.0]), 4).tolist()
    [0, 1, 2, 8]
    """
    if at.size <= most:
        return np.arange(at.size)
    lies_in = stretches(at, most // KINDS)
    firsts = np.flatnonzero(np.diff(lies_in, prepend=-1))
    lasts = np.append(firsts[1:], at.size) - 1
    # NaN sorts last either way, and equal values stay in order.
    lowest, highest = (np.lexsort((way * value, lies_in))[firsts] for way in (1, -1))
    return np.unique(np.concatenate([firsts, lasts, lowest, highest]))
