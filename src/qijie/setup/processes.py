"""What Linux knows of processes: who is alive, since when, and in whose session."""

import ctypes
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Process:
    """One run of one program; a reused number never equals it."""

    pid: int
    started: int
    """Clock ticks after boot, from /proc."""
    command: str
    boot: str


def look(pid: int) -> Process | None:
    """None when nothing runs under that number, or only a corpse nobody has collected."""
    fields = _stat(pid)
    if fields is None or fields[0] in {"Z", "X"}:
        return None
    return Process(pid, int(fields[19]), _command(pid), _boot())


def is_alive(process: Process) -> bool:
    return look(process.pid) == process


def members(session: int) -> list[Process]:
    """The living processes of one session: its leader and all they started."""
    found = (look(pid) for pid in numbers() if (_stat(pid) or [""] * 4)[3] == str(session))
    return [process for process in found if process]


def numbers() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def die_with(parent: int, number: int = signal.SIGTERM) -> None:
    """Ask Linux to signal this process when `parent`, which started it, is gone.

    Called in the child, which has begun nothing yet: until it knows how to end itself the signal
    ends it plainly, and is not swallowed by what it inherited. The parent may have died before.
    """
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    _libc.prctl(_PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat from the third on: the second may itself hold blanks and ')'."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return b" ".join(words).decode(errors="replace")


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
