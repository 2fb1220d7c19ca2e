from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    streets: int
    """Each has 10 communities of 10 grids."""
    points: int
    matters: int
    repeats: int
    """How often a query is run for its median."""
    reports: int
    page: int
    """The far page of the list that must cost what the first one costs."""


FULL = Sizes(streets=20, points=100_000, matters=100_000, repeats=60, reports=600, page=900)
TINY = Sizes(streets=1, points=200, matters=500, repeats=3, reports=6, page=4)
