"""`qijie load-matters`: about 300 made-up matters in every state, written as the actions write."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone

from qijie.access.viewer import SIDE_OF_ROLE, Role
from qijie.issues.actions.history import Told, put_histories
from qijie.issues.models import Category, Condition, Issue
from qijie.issues.queries.book import loaded_book
from qijie.issues.rules.matter import Actor
from qijie.issues.rules.vocabulary import Family
from qijie.kernel.codes import Level
from qijie.kernel.matter_number import make as make_number
from qijie.setup.migrate import ALIAS
from qijie.setup.profile import Profile
from qijie.setup.progress import Progress
from qijie.setup.stories import Cast, Played, Spot, Subject, UnitAt, perform
from qijie.teams.models import Holding, OrgUnit
from qijie.territory.models import SRID, Building, Node
from qijie.territory.queries import in_force

SEED = 20261121


def run(progress: Progress) -> None:
    if Issue.objects.using(ALIAS).exists():
        progress.note("已有事项，未作改动。")
        return
    now = timezone.now()
    told = perform(
        seed=SEED,
        now=now,
        cast=cast(),
        book=loaded_book(ALIAS),
        subjects=list(subjects(Profile(settings.PROFILE_FOLDER))),
        spots=list(spots(settings.HOME_PATH, _day(now))),
        region_code=settings.HOME_PATH[:6],
    )
    put_histories(list(_rows(told, _day(now))), at=now, using=ALIAS)
    states = Counter(played.matter.state.label for played in told)
    progress.note(f"{len(told)} 件事项：" + "、".join(f"{s} {n}" for s, n in states.items()))


def cast() -> Cast:
    """Everybody who holds a post with rights today, and every unit that takes orders."""
    held = Holding.objects.using(ALIAS).filter(to_on__isnull=True).exclude(post__role="")
    actors = [_actor(h) for h in held.select_related("post").order_by("post__code")]
    units = [
        UnitAt(unit.pk, unit.kind, unit.path, Level(unit.level))
        for unit in OrgUnit.objects.using(ALIAS).filter(takes_orders=True).order_by("code")
    ]
    return Cast(actors, units)


def _actor(holding: Holding) -> Actor:
    post = holding.post
    return Actor(
        role=post.role,
        side=SIDE_OF_ROLE[Role(post.role)],
        user_id=holding.user_id,
        post_id=post.pk,
        post_title=post.title,
        level=Level(post.level),
        path=post.path,
        unit_id=post.unit_id,
    )


def subjects(profile: Profile) -> Iterator[Subject]:
    categories = Category.objects.using(ALIAS).in_bulk()
    conditions = Condition.objects.using(ALIAS).filter(follows="", is_current=True)
    first = {row.category_id: row.pk for row in conditions.order_by("-position")}
    for row in profile.rows("matters.csv"):
        category = categories[row["category"]]
        yield Subject(
            family=Family(category.family),
            category=category.pk,
            condition=first.get(category.pk, ""),
            unit_kind=category.main_unit_kind,
            words=row["words"],
            solved=row["solved"],
            is_urgent=category.is_urgent,
        )


def spots(path: str, on: date) -> Iterator[Spot]:
    buildings = Building.objects.using(ALIAS).filter(in_force(on), grid__path__startswith=path)
    for building in buildings.select_related("grid").defer("grid__boundary").order_by("code"):
        centre = building.footprint.centroid
        yield Spot(building.grid.path, centre.x, centre.y, building.address)


def _rows(told: list[Played], on: date) -> Iterator[Told]:
    drawn = Node.objects.using(ALIAS).filter(in_force(on), kind="grid").only("path")
    grids = {node.path: node.pk for node in drawn}
    given: Counter[date] = Counter()
    for played in told:
        on = _day(played.matter.reported_at)
        given[on] += 1
        number = make_number(played.matter.region_code, on, given[on])
        yield Told(_issue(played, str(number), grids[played.spot.grid_path]), played.outcomes)


def _day(at: datetime) -> date:
    return timezone.localdate(at)


def _issue(played: Played, number: str, grid_id: int) -> Issue:
    reported_by = played.acts[0].actor.post_id
    return Issue(
        id=played.matter.id,
        number=number,
        grid_id=grid_id,
        point=Point(played.spot.lon, played.spot.lat, srid=SRID),
        place_words=played.spot.address,
        words=played.subject.words,
        participant_ids=[reported_by] if reported_by else [],
    )
