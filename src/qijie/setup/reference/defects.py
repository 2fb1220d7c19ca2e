from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong with the reference data: where, what, and how to mend it."""

    file: str
    row: int | None
    field: str
    problem: str
    cure: str

    @property
    def sentence(self) -> str:
        place = self.file
        if self.row is not None:
            place += f" 第 {self.row} 行"
        if self.field:
            place += f"“{self.field}”"
        return f"{place}：{self.problem}，{self.cure}。"


class ReferenceError(ValueError):
    """The reference data cannot be used; `defects` lists everything found, in file order."""

    def __init__(self, defects: Iterable[Defect]) -> None:
        self.defects = tuple(defects)
        super().__init__("\n".join(defect.sentence for defect in self.defects))
