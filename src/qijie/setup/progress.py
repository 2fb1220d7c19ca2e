"""What a person sees while the machine works: one line for each step, with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announces `title`; says how long it took, or that it failed and let the error go on."""
        self.say(f"→ {title} …")
        begun = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"✗ {title}：没有完成（{time.monotonic() - begun:.1f} 秒）")
            raise
        self.say(f"✓ {title}（{time.monotonic() - begun:.1f} 秒）")

    def note(self, text: str) -> None:
        self.say(f"    {text}")

    def say(self, text: str) -> None:
        print(text, file=self._out, flush=True)
