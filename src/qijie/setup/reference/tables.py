"""Reading the CSV files as text and laying a profile's files over them."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from qijie.setup.reference.defects import Defect

REMOVAL_MARK = "-"


@dataclass(frozen=True, slots=True)
class Shape:
    """A file's place under the folder and its columns; the first column is the key."""

    file: str
    columns: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.columns[0]


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row's text, and where it stands so that a defect can say so."""

    file: str
    number: int
    cells: dict[str, str]

    def defect(self, column: str, problem: str, cure: str) -> Defect:
        return Defect(self.file, self.number, column, problem, cure)


@dataclass(slots=True)
class Findings:
    """The defects found so far; reading goes on so that all are listed at once."""

    defects: list[Defect] = field(default_factory=list)

    def add(self, defect: Defect) -> None:
        self.defects.append(defect)


def read_table(
    folder: Path, overlay: Path | None, shape: Shape, findings: Findings
) -> list[RawRow]:
    """The folder's rows with the overlay's laid over them: same key replaces, `-key` removes."""
    if not (folder / shape.file).is_file():
        findings.add(Defect(shape.file, None, "", "文件不存在", "请从发行包恢复这个文件"))
        return []
    base = _rows_by_key(
        _read_rows(folder / shape.file, shape.file, shape, findings), shape, findings
    )
    if overlay is not None and (overlay / shape.file).is_file():
        label = f"{overlay.name}/{shape.file}"
        changes = _read_rows(overlay / shape.file, label, shape, findings)
        _lay_over(base, _rows_by_key(changes, shape, findings), shape, findings)
    return list(base.values())


def _read_rows(path: Path, label: str, shape: Shape, findings: Findings) -> list[RawRow]:
    try:
        lines = _numbered_lines(path)
    except UnicodeDecodeError:
        findings.add(Defect(label, None, "", "不是 UTF-8 编码", "请另存为 UTF-8 编码的 CSV"))
        return []
    except csv.Error:
        findings.add(Defect(label, None, "", "不是完好的 CSV", "请用表格软件打开检查后另存为 CSV"))
        return []
    header = lines[0][1] if lines else []
    if not _header_fits(header, label, shape, findings):
        return []
    rows = []
    for number, values in lines[1:]:
        row = RawRow(label, number, dict(zip(header, values, strict=False)))
        if len(values) == len(header):
            rows.append(row)
        else:
            problem = f"有 {len(values)} 格，表头有 {len(header)} 格"
            findings.add(row.defect("", problem, "请检查是否多写、漏写逗号或引号"))
    return rows


def _numbered_lines(path: Path) -> list[tuple[int, list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        return [(reader.line_num, values) for values in reader if any(values)]


def _header_fits(header: list[str], label: str, shape: Shape, findings: Findings) -> bool:
    missing = [column for column in shape.columns if column not in header]
    unknown = [column for column in header if column not in shape.columns]
    for column in missing:
        findings.add(Defect(label, 1, column, "缺少这一列", "请补上这一列"))
    for column in unknown:
        findings.add(Defect(label, 1, column, "没有这样的列", "请删去或更正列名"))
    if len(set(header)) != len(header):
        findings.add(Defect(label, 1, "", "有重复的列名", "请删去重复的列"))
    return not missing and not unknown and len(set(header)) == len(header)


def _rows_by_key(rows: list[RawRow], shape: Shape, findings: Findings) -> dict[str, RawRow]:
    by_key: dict[str, RawRow] = {}
    for row in rows:
        key = row.cells[shape.key].strip()
        if not key:
            findings.add(row.defect(shape.key, "没有填写", "请填写唯一的代码"))
        elif key in by_key:
            findings.add(row.defect(shape.key, f"“{key}”重复出现", "请改用别的代码或删去一行"))
        else:
            by_key[key] = row
    return by_key


def _lay_over(
    base: dict[str, RawRow], changes: dict[str, RawRow], shape: Shape, findings: Findings
) -> None:
    for key, row in changes.items():
        if not key.startswith(REMOVAL_MARK):
            base[key] = row
        elif base.pop(key.removeprefix(REMOVAL_MARK), None) is None:
            problem = f"要删去的“{key.removeprefix(REMOVAL_MARK)}”不存在"
            findings.add(row.defect(shape.key, problem, "请核对代码或删去这一行"))
