"""The reference data of `refdata/` as one frozen, checked value."""

from qijie.setup.reference.defects import Defect, ReferenceError
from qijie.setup.reference.reading import Reference, read_reference

__all__ = ["Defect", "Reference", "ReferenceError", "read_reference"]
