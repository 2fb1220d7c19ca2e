"""How fast somebody may guess: nobody is locked out, each further try costs a longer wait.

Bounds against one name, counted from one network: 5 tries at once, then 10, 20, … seconds, at last
one in 15 minutes: about 105 a day. From any number of networks together: 100 at once, then one a
minute, about 1,540 a day, and one more for each network that had not tried that day.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(days=1)


def folded(name: str) -> str:
    """A user name as it is kept, compared and counted: `ＤＥＳＫ-1` and `desk-1` are one person."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def one_and_the_same(names: Iterable[str]) -> list[tuple[str, ...]]:
    """The names that are kept as one, each group in order; none where everybody has a name."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(folded(name), []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]


@dataclass(frozen=True, slots=True)
class Pace:
    free: int
    """So many wrong tries cost nothing."""
    first_wait: timedelta
    longest_wait: timedelta

    def wait_after(self, failures: int) -> timedelta:
        if failures < self.free:
            return timedelta()
        doublings: int = min(failures - self.free, 20)
        return min(self.first_wait * (1 << doublings), self.longest_wait)


# A device she signed in on before has a count of its own, whatever strangers do elsewhere.
OWN_DEVICE = Pace(5, timedelta(seconds=10), timedelta(minutes=5))
FROM_HERE = Pace(5, timedelta(seconds=10), timedelta(minutes=15))
FROM_EVERYWHERE = Pace(100, timedelta(seconds=5), timedelta(minutes=1))
# Who gets as far as a code knew the password, so few are lost by being strict.
CODE_FROM_EVERYWHERE = Pace(20, timedelta(seconds=10), timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Tally:
    pace: Pace
    failures: int
    last_at: datetime

    @property
    def free_again_at(self) -> datetime:
        return self.last_at + self.pace.wait_after(self.failures)

    @property
    def tries_left(self) -> int:
        """Wrong tries before the next has to wait."""
        return max(self.pace.free - self.failures, 0)


def free_at(tallies: Iterable[Tally]) -> datetime:
    """When the next try may be made."""
    return max(tally.free_again_at for tally in tallies)


def in_words(wait: timedelta) -> str:
    """`40 秒`, `2 分钟`: never less than what is left."""
    seconds = -(-wait // timedelta(seconds=1))
    return f"{seconds} 秒" if seconds <= 90 else f"{-(-seconds // 60)} 分钟"
