"""Raw results, one record a run, written to the file after each so that nothing is lost."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Record = dict
"""part, scenario, seed, method, perturbation, price: what was run; the rest: what came out."""
KEY = ("part", "scenario", "seed", "method", "perturbation", "price")


@dataclass
class Records:
    path: Path | None
    """Records already in the file are taken as they are and not measured again."""
    machine: list[str] = field(default_factory=list)
    all: list[Record] = field(default_factory=list)

    @classmethod
    def opened(cls, path: Path | None, machine: list[str]) -> "Records":
        if path is None or not path.exists():
            return cls(path, machine)
        return cls(path, machine, json.loads(path.read_text("utf-8"))["records"])

    def once(self, made: Callable[[], Record], **key: object) -> Record:
        wanted = tuple(key.get(name) for name in KEY)
        for record in self.all:
            if tuple(record.get(name) for name in KEY) == wanted:
                return record
        quiet = {"load_before": os.getloadavg()[0], "at": time.strftime("%FT%TZ", time.gmtime())}
        record = {**key, **quiet, **made()}
        self.all.append(record)
        self._write()
        return record

    def _write(self) -> None:
        if self.path is not None:
            kept = {"machine": self.machine, "records": self.all}
            beside = self.path.with_suffix(".part")
            beside.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
            beside.replace(self.path)

    def of(self, **key: object) -> Iterator[Record]:
        for record in self.all:
            if all(record.get(name) == value for name, value in key.items()):
                yield record
