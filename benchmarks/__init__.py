"""Side-by-side measurements: every figure beside its reference, taken in the same run on data made from a seed."""
