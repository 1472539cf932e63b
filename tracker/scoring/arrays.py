"""The array types of the scoring package, and the one check that they share."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


def require_parallel(**columns: Floats | Integers | Flags) -> None:
    """Raise ValueError unless all columns are one-dimensional and of one length.

    >>> require_parallel(p=np.array([0.5, 0.7]), y=np.array([1.0]))
    Traceback (most recent call last):
    ValueError: these must be one-dimensional and of one length: p (2,), y (1,)
    """
    if any(column.ndim != 1 for column in columns.values()) or len({column.size for column in columns.values()}) > 1:
        shapes = ", ".join(f"{name} {column.shape}" for name, column in columns.items())
        raise ValueError(f"these must be one-dimensional and of one length: {shapes}")


def sums(place: Integers, amount: Floats | Integers, size: int) -> Floats:
    """Return the `size` sums of amount by place, whole numbers exactly while they stay below 2^53.

    >>> sums(np.array([0, 2, 0]), np.array([1.0, 5.0, 2.0]), 3)
    array([3., 0., 5.])
    """
    return np.bincount(place, weights=amount, minlength=size).astype(np.float64)
