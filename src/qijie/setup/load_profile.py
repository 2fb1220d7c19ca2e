"""`qijie load-profile`: the tree, buildings, streets, units, posts and people of one place.

Runs as the migrate role. A place that is already there is left as it is: people may have begun to
work in it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import GEOSGeometry, LineString, MultiPolygon, Polygon
from django.db import transaction
from django.utils import timezone

from qijie.accounts import demo
from qijie.accounts.actions.life import issue_codes
from qijie.accounts.models import User
from qijie.kernel.codes import building_path, compound_path
from qijie.setup import paper_codes
from qijie.setup.load_reference import reference
from qijie.setup.migrate import ALIAS
from qijie.setup.profile import Feature, Profile, StaffedPost
from qijie.setup.progress import Progress
from qijie.teams.actions import staff
from qijie.teams.models import Holding, OrgUnit, Post
from qijie.territory.actions import build, lay_streets, plant
from qijie.territory.models import SRID, Building, Node, StreetLine

SINCE = date(2025, 1, 1)


def run(progress: Progress) -> None:
    profile = Profile(settings.PROFILE_FOLDER)
    if Node.objects.using(ALIAS).exists():
        progress.note("这个地方已经载入，未作改动。")
        return
    with transaction.atomic(using=ALIAS):
        nodes = _tree(profile)
        homes = _buildings(profile, nodes)
        _streets(profile)
        posts, paper = _staff(profile)
    progress.note(f"{len(nodes)} 个区划、网格和小区，{homes} 栋楼，{posts} 个岗位")
    if paper is not None:
        progress.note(
            f"账号都还没有密码。每人一个激活码，只写在这个文件里，只有您能读：{paper}。"
            "请分别当面交给本人，发完就删除；丢了的用 qijie account activation-code 用户名 重发。"
        )


def _geometry(feature: Feature) -> GEOSGeometry:
    """GeoJSON read as CGCS2000, as the profile declares; GeoDjango would take it for 4326."""
    shape = GEOSGeometry(json.dumps(feature.geometry))
    shape.srid = SRID
    return shape


def _area(feature: Feature) -> MultiPolygon:
    shape = _geometry(feature)
    if isinstance(shape, MultiPolygon):
        return shape
    assert isinstance(shape, Polygon)  # noqa: S101
    return MultiPolygon(shape, srid=SRID)


def _insert(rows: Iterable[Node], nodes: dict[str, Node]) -> None:
    nodes.update({node.path: node for node in plant(rows, using=ALIAS)})


def _tree(profile: Profile) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    borders = {f.properties["path"]: f for f in profile.features("boundaries.geojson")}
    for length in (4, 6, 9, 12):
        rows = [row for row in profile.divisions if len(row["path"]) == length]
        _insert(
            [
                _node(row["code"], row["path"], row["kind"], row["name"], nodes, borders)
                for row in rows
            ],
            nodes,
        )
    _insert([_grid(feature, nodes) for feature in profile.grids], nodes)
    compounds = plant(_compounds(profile.features("compounds.geojson"), nodes), using=ALIAS)
    # A compound keeps its code when its grid is redrawn, so that is what buildings name it by.
    return nodes | {node.code: node for node in compounds}


_PARENT_LENGTH = {6: 4, 9: 6, 12: 9}


def _node(
    code: str,
    path: str,
    kind: str,
    name: str,
    nodes: dict[str, Node],
    borders: dict[str, Feature],
) -> Node:
    border = borders.get(path)
    return Node(
        code=code,
        path=path,
        kind=kind,
        name=name,
        parent=nodes.get(path[: _PARENT_LENGTH.get(len(path), 0)]),
        boundary=_area(border) if border else None,
        is_illustrative=bool(border and border.properties["illustrative"]),
        valid_from=SINCE,
    )


def _grid(feature: Feature, nodes: dict[str, Node]) -> Node:
    properties = feature.properties
    return Node(
        code=properties["code"],
        path=properties["code"],
        kind="grid",
        name=properties["name"],
        parent=nodes[properties["community"]],
        grid_kind=properties["kind"],
        boundary=_area(feature),
        households=properties["households"],
        is_illustrative=properties["illustrative"],
        valid_from=SINCE,
    )


def _compounds(features: Iterable[Feature], nodes: dict[str, Node]) -> Iterator[Node]:
    """Each under the path of its grid, numbered there in the order of the file."""
    counted: Counter[str] = Counter()
    for feature in features:
        properties = feature.properties
        grid = nodes[properties["grid"]]
        counted[grid.path] += 1
        yield Node(
            code=properties["code"],
            path=compound_path(grid.path, counted[grid.path]),
            kind="compound",
            name=properties["name"],
            parent=grid,
            boundary=_area(feature),
            households=properties["households"],
            is_illustrative=properties["illustrative"],
            valid_from=SINCE,
        )


def _buildings(profile: Profile, nodes: dict[str, Node]) -> int:
    rows = [_building(feature, nodes) for feature in profile.features("buildings.geojson")]
    return build(rows, using=ALIAS)


def _building(feature: Feature, nodes: dict[str, Node]) -> Building:
    properties = feature.properties
    footprint = _geometry(feature)
    assert isinstance(footprint, Polygon)  # noqa: S101
    grid = nodes[properties["grid"]]
    compound = properties["compound"]
    return Building(
        code=properties["code"],
        path=building_path(grid.path, int(properties["code"].rpartition("-b")[2])),
        name=properties["name"],
        address=properties["address"],
        grid=grid,
        compound=nodes[compound] if compound else None,
        footprint=footprint,
        use=properties["use"],
        floors=properties["floors"],
        units=properties["units"],
        households=properties["households"],
        valid_from=SINCE,
    )


def _streets(profile: Profile) -> None:
    lay_streets(_lines(profile.features("streets.geojson")), using=ALIAS)


def _lines(features: Iterable[Feature]) -> Iterator[StreetLine]:
    for feature in features:
        line = _geometry(feature)
        assert isinstance(line, LineString)  # noqa: S101
        yield StreetLine(street_class=feature.properties["highway"], line=line)


def _staff(profile: Profile) -> tuple[int, Path | None]:
    """How many posts, and the file with the codes of those who hold them; none in the demo."""
    kinds = {row.code: row for row in reference().post_kinds}
    units = {unit.code: unit for unit in _units(profile)}
    staffed = list(profile.staffed())
    password = demo.hashed() if settings.DEMO else make_password(None)
    people = [User(username=p.username, name=p.person, password=password) for p in staffed]
    posts = [
        _post(p, kinds[p.kind].role or "", kinds[p.kind].needs_mfa, units, f"027-8556{number:04d}")
        for number, p in enumerate(staffed)
    ]
    staff(
        units=units.values(),
        people=people,
        posts=posts,
        holdings=[
            Holding(post=post, user=person, from_on=SINCE)
            for post, person in zip(posts, people, strict=True)
        ],
        using=ALIAS,
    )
    return len(posts), None if settings.DEMO else _paper(staffed, people)


def _paper(staffed: list[StaffedPost], people: list[User]) -> Path:
    at = timezone.now()
    return paper_codes.write(staffed, issue_codes(people, at=at, using=ALIAS), at)


def _units(profile: Profile) -> Iterator[OrgUnit]:
    for number, unit in enumerate(profile.units()):
        yield OrgUnit(
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            level=unit.level,
            path=unit.path,
            duty_phone=f"027-8555{number:04d}",
        )


def _post(
    staffed: StaffedPost, role: str, needs_mfa: bool, units: dict[str, OrgUnit], own_phone: str
) -> Post:
    """own_phone: for whoever works in a grid; offices answer on their duty phone."""
    unit = units.get(staffed.unit_code)
    office_phone = unit.duty_phone if unit else ""
    return Post(
        code=staffed.code,
        kind=staffed.kind,
        title=staffed.title,
        role=role,
        level=staffed.level,
        path=staffed.path,
        unit=unit,
        needs_mfa=needs_mfa,
        duty_phone=own_phone if staffed.level == "grid" else office_phone,
        office_hours="周一至周五 8:30–12:00、14:00–17:30",
        valid_from=SINCE,
    )
