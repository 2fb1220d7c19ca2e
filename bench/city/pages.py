"""The pages people keep open, each by the account of the demo that uses it."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from bench.city.cost import Cost, cost_of, growth
from bench.figures import Figure
from bench.statements import captured
from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM, Role
from qijie.accounts.models import User
from qijie.issues.models import Issue, WorkOrder
from qijie.kernel.codes import Level
from qijie.teams.models import Holding, Post

AT_MOST = 5.0
"""So many times its work in the demo may a page be for the database of the large house."""


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    username: str
    url: str
    bound: bool = True
    """Without a bar: why is in its name."""


def looks() -> list[Look]:
    community = _desk(Level.COMMUNITY)
    street, district = _desk(Level.STREET), _desk(Level.DISTRICT)
    supervisor = _holder(Post.objects.filter(role=Role.SUPERVISOR, level=Level.DISTRICT))
    handler, worker = _busiest_handler(), _busiest_worker()
    queue = reverse("console:queue")
    here = settings.HOME_PATH
    with scope(SYSTEM):
        matter = Issue.objects.filter(community_code=_path_of(community), due_at__isnull=False)[0]
        in_grid = Issue.objects.filter(grid__path=_path_of(worker), due_at__isnull=False)[0]
    return [
        Look("desk of a community, waiting", community, f"{queue}?view=waiting"),
        Look("desk of a street, waiting", street, f"{queue}?view=waiting"),
        Look("desk of a district, waiting", district, f"{queue}?view=waiting"),
        Look("desk of a community, all, 50 rows", community, f"{queue}?view=all"),
        Look("desk of a district, all, 100 rows", district, f"{queue}?view=all&size=100"),
        Look("desk of a district, open, by what is due", district, f"{queue}?view=open&order=due"),
        Look("desk of a district, overdue", district, f"{queue}?view=overdue"),
        Look("desk of a district, a rare state", district, f"{queue}?view=all&state=suspended"),
        Look("desk of a district, a level", district, f"{queue}?view=all&level=district"),
        Look("desk of a community, one family", community, f"{queue}?view=all&family=help"),
        Look("desk of a district, words of three", district, f"{queue}?view=all&q=垃圾桶"),
        Look("desk of a district, words nobody said", district, f"{queue}?view=all&q=鱵鱶鱲"),
        Look(
            "desk of a district, two letters nobody said (read through to the end)",
            district,
            f"{queue}?view=all&q=鱵鱶",
            bound=False,
        ),
        Look("supervisor, first page", supervisor, queue),
        Look("supervisor, all", supervisor, f"{queue}?view=all"),
        Look("handler, all of its own", handler, f"{queue}?view=all"),
        Look("handler, first page", handler, queue),
        Look("a matter at the desk", community, reverse("console:matter", args=[matter.pk])),
        Look("territory of a district", district, reverse("console:place", args=[here[:6]])),
        Look("territory of a street", street, reverse("console:place", args=[here])),
        Look(
            "territory of a community",
            community,
            reverse("console:place", args=[_path_of(community)]),
        ),
        Look("notices of a desk", community, reverse("console:notices")),
        Look("field, today, of a grid", worker, reverse("field:today")),
        Look("field, reported by me", worker, f"{reverse('field:today')}?tab=mine"),
        Look("field, orders of a unit", handler, reverse("field:today")),
        Look("field, a matter", worker, reverse("field:matter", args=[in_grid.pk])),
    ]


def _desk(level: Level) -> str:
    return _holder(Post.objects.filter(role=Role.DESK, level=level))


def _holder(posts: QuerySet[Post]) -> str:
    held = Holding.objects.filter(post__in=posts, to_on__isnull=True).order_by("post__code")
    return held.values_list("user__username", flat=True)[0]


def _path_of(username: str) -> str:
    return Holding.objects.filter(user__username=username).values_list("post__path", flat=True)[0]


def _busiest_handler() -> str:
    with scope(SYSTEM):
        units = WorkOrder.objects.filter(unit_id__isnull=False).values_list("unit_id", flat=True)
        busiest = max(set(units), key=list(units).count)
    return _holder(Post.objects.filter(role=Role.HANDLER, unit_id=busiest))


def _busiest_worker() -> str:
    with scope(SYSTEM):
        running = Issue.objects.filter(due_at__isnull=False, grid__isnull=False)
        grids = list(running.values_list("path", flat=True))
    worked = Post.objects.filter(role=Role.GRID_WORKER, path__in=grids).values_list(
        "path", flat=True
    )
    busiest = max(sorted(set(worked)), key=grids.count)
    return _holder(Post.objects.filter(role=Role.GRID_WORKER, path=busiest))


def measured(look: Look) -> Cost:
    desk = Client()
    desk.force_login(User.objects.get(username=look.username), settings.AUTHENTICATION_BACKENDS[-1])
    _shown(desk, look)
    with captured() as statements:
        _shown(desk, look)
    return cost_of(statements)


def _shown(desk: Client, look: Look) -> None:
    status = desk.get(look.url).status_code
    if status != 200:
        raise RuntimeError(f"{look.url} was answered with {status} for {look.username}.")


def figure(look: Look, small: Cost, large: Cost) -> Figure:
    """How many times the work in the demo a page is now."""
    return Figure(
        look.name,
        growth(small, large),
        "×",
        at_most=AT_MOST if look.bound else None,
        note=f"blocks {small.blocks:,} → {large.blocks:,}, rows {small.rows:,} → {large.rows:,},"
        f" {small.milliseconds:.1f} → {large.milliseconds:.1f} ms, {large.queries} queries",
    )
