"""How long to wait for a database that is away."""


def doubling(failures: int, *, first: float, longest: float) -> float:
    """Seconds to wait after `failures` in a row: `first`, doubled each time, at most `longest`."""
    return min(longest, first * 2.0 ** min(max(failures - 1, 0), 16))
