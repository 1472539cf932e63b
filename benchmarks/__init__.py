"""Side-by-side measurements: every figure beside its reference, taken in the same run on data made from a seed.

Each module here that has a function `rows(scale: float) -> Iterable[Row]` is a benchmark, and its name is the module's.
At scale 1 it has the sizes that its goals speak of; a smaller scale makes every size smaller, to try it.
"""
