"""What stands on the ground."""

from dataclasses import dataclass, replace

from qijie.territory.drawing.model import HOUSEHOLDS, Floats, Shapes


@dataclass(frozen=True)
class Buildings:
    """Footprints with what lives in them. All arrays have one length; none is ever cut."""

    keys: tuple[str, ...]
    shapes: Shapes
    loads: Floats
    """(n, measures), households first"""
    measures: tuple[str, ...] = (HOUSEHOLDS,)
    compounds: tuple[str, ...] = ()
    """The compound each stands in, "" for none; empty where unknown."""
    dedicated: tuple[str, ...] = ()
    """What makes it a dedicated grid, "" for nothing; empty where unknown."""

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class Compounds:
    """Walled compounds (小区) with their ground."""

    keys: tuple[str, ...]
    """The words buildings call them by; unique."""
    shapes: Shapes
    dedicated: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.keys)


def filled(buildings: Buildings, compounds: Compounds) -> tuple[Buildings, Compounds]:
    none, empty = ("",) * len(buildings), ("",) * len(compounds)
    return (
        replace(
            buildings,
            compounds=buildings.compounds or none,
            dedicated=buildings.dedicated or none,
        ),
        replace(compounds, dedicated=compounds.dedicated or empty),
    )
