import gzip
import re
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "src/qijie/ui/static"
MOST_KB = 60
REPORT_PAGE = [
    "vendor/htmx/htmx.min.js",
    "ui/shell.js",
    "ui/live.js",
    "ui/place-picker.js",
    "ui/photo-field.js",
    "ui/keep-draft.js",
    "ui/submit-once.js",
]


def with_imports(script: Path, seen: set[Path]) -> set[Path]:
    """The script and every module it brings along."""
    if script not in seen:
        seen.add(script)
        for name in re.findall(r'^import .* from "(\./[^"]+)";', script.read_text("utf-8"), re.M):
            with_imports((script.parent / name).resolve(), seen)
    return seen


def test_the_residents_report_page_sends_little_script() -> None:
    scripts: set[Path] = set()
    for name in REPORT_PAGE:
        with_imports(STATIC / name, scripts)
    assert {"light-map.js", "shapes.js"} <= {script.name for script in scripts}
    weight = sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts)
    assert weight <= MOST_KB * 1000


def test_the_style_sheet_is_light() -> None:
    assert len(gzip.compress((STATIC / "ui/ui.css").read_bytes(), 9)) <= 15_000
