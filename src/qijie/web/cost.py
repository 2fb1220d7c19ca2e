"""What strangers' reports cost, and who has to wait a little: per network and per key.

One who sends without end pays by waiting; a compound or an office behind one address never gets
there. Nothing is refused for good: the page that waits holds what was typed and sends it again by
itself. Whoever signed in or holds a private link is known and is not counted. The counts live in
memory, a share of them in each web process, and forget the network that was quiet for longest.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil

from django.conf import settings
from django.http import HttpRequest

from qijie.accounts.address import PROVIDER_LOT, client_network
from qijie.web.limits import MEGABYTE, PHOTO_BODY

PROCESSES = "QIJIE_WEB_PROCESSES"
"""Told to the web processes by `qijie serve`: among so many the units are shared out."""
MOST_COUNTED = 50_000
SHORTEST_WAIT, LONGEST_WAIT = 5, 120
STREET_LOT = 24
"""Bits of an IPv4 network counted as one: the smallest a provider hands on to somebody else."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Units that may be spent at once, and how many come back each second."""

    units: float
    refill: float

    def shared(self, processes: int) -> "Allowance":
        return Allowance(self.units / processes, self.refill / processes)


REFILL_SECONDS = 1000
"""An empty bucket is full again after so long."""


class Meter:
    """Buckets that fill by themselves, one for each name; the one used longest ago is forgotten."""

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = time.monotonic) -> None:
        self.allowance, self._clock = allowance, clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By name: units spent, as of which second. Who is not there has spent nothing."""
        self._lock = threading.Lock()

    def wait_for(self, name: str, units: float) -> float:
        """Seconds until so much may be spent; zero where it was spent now."""
        now, most = self._clock(), self.allowance.units
        cost = min(units, most)
        with self._lock:
            spent, at = self._spent.pop(name, (0.0, now))
            spent = max(0.0, spent - (now - at) * self.allowance.refill)
            over = spent + cost - most
            self._spent[name] = (spent if over > 0 else spent + cost, now)
            if len(self._spent) > MOST_COUNTED:
                self._spent.popitem(last=False)
        return max(0.0, over) / self.allowance.refill


@dataclass(frozen=True, slots=True)
class Meters:
    networks: Meter
    keys: Meter
    kept: Meter
    """Megabytes of photos held while a page stands in between."""


@cache
def meters() -> Meters:
    """Of this web process. A key's is not shared out: four times the largest report in a row."""
    most = Allowance(settings.INTAKE_UNITS, settings.INTAKE_UNITS / REFILL_SECONDS)
    here = most.shared(max(1, int(os.environ.get(PROCESSES) or 1)))
    largest = 1 + PHOTO_BODY / MEGABYTE
    return Meters(
        networks=Meter(here),
        keys=Meter(Allowance(4 * largest, refill=1)),
        kept=Meter(Allowance(here.units / 6, here.refill / 12)),
    )


def wait_for_report(request: HttpRequest, key: str, *, photos: int, held_bytes: int) -> int:
    """Seconds a stranger's report has to wait; zero where it may go on, and is counted.

    photos: how many it brings, those held from an earlier try among them, which have held_bytes.
    """
    if request.user.is_authenticated:
        return 0
    units = 1 + max(photos, _megabytes(request) + held_bytes / MEGABYTE)
    here = meters()
    wait = here.networks.wait_for(network_of(request), units) or here.keys.wait_for(key, units)
    return ceil(min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)) if wait else 0


def may_keep(request: HttpRequest) -> bool:
    """Whether the photos that came may be held until their report goes; counted where they may."""
    return not meters().kept.wait_for(network_of(request), _megabytes(request))


def network_of(request: HttpRequest) -> str:
    """The network a request counts to."""
    return client_network(request, PROVIDER_LOT, ipv4_prefix=STREET_LOT)


def _megabytes(request: HttpRequest) -> float:
    return int(request.META.get("CONTENT_LENGTH") or 0) / MEGABYTE
