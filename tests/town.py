"""The cast: one made-up town, its grids, units and people, the same in every test.

青石街道 has two communities. 槐荫社区 has two grids, 柳溪社区 one. Everybody here is invented.

  陈静 works grid 1        刘洋 works grid 2        宋佳 leads 槐荫's grids
  王芳 sits at 槐荫's desk    赵敏 dispatches there    周平 verifies there
  孙伟 handles for 环卫所     罗强 handles for 物业     吴越 supervises the street
  郑华 sits at the street's desk, 何磊 dispatches there, 冯雪 verifies there, 许诺 leads the street
  钱多 is the outsider: desk, dispatcher and verifier of the next street, sees nothing here
  韩冰, 曹阳, 邓超 administer system, security and audit
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import transaction

from qijie.access.viewer import Role, Viewer
from qijie.accounts.models import User
from qijie.issues.models import Category, Condition, Reference, Responsibility
from qijie.issues.queries.book import DANGERS, TITLES
from qijie.kernel.codes import Level
from qijie.kernel.coordinates import Coordinate, CoordinateSystem
from qijie.setup.load_reference import danger_rows, title_rows
from qijie.setup.reference import read_reference
from qijie.teams.models import Holding, OrgUnit, Post
from qijie.teams.queries import viewer_for
from qijie.territory.models import Building, Node

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "town-password-7"
SINCE = date(2026, 1, 1)
TODAY = date(2026, 11, 18)
# A Wednesday morning, office open.
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=SHANGHAI)

CITY, DISTRICT = "4299", "429901"
STREET, NEXT_STREET = "429901001", "429901002"
HUAIYIN, LIUXI, NEXT_COMMUNITY = "429901001001", "429901001002", "429901002001"
GRID_1, GRID_2, GRID_3, NEXT_GRID = (
    f"{HUAIYIN}001",
    f"{HUAIYIN}002",
    f"{LIUXI}001",
    f"{NEXT_COMMUNITY}001",
)
WEST, SOUTH, STEP = 114.0, 30.0, 0.004


def square(column: int, row: int = 0, columns: int = 1, rows: int = 1) -> MultiPolygon:
    west, south = WEST + column * STEP, SOUTH + row * STEP
    east, north = west + columns * STEP, south + rows * STEP
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return MultiPolygon(Polygon(ring), srid=4490)


def point_in(column: int, row: int = 0) -> Coordinate:
    return Coordinate(
        WEST + (column + 0.5) * STEP, SOUTH + (row + 0.5) * STEP, CoordinateSystem.CGCS2000
    )


IN_GRID_1, IN_GRID_2, IN_GRID_3, IN_NEXT_STREET = (point_in(column) for column in range(4))

_TREE = (
    (CITY, "city", "示范市", None, square(0, columns=4)),
    (DISTRICT, "district", "示范区", CITY, square(0, columns=4)),
    (STREET, "street", "青石街道", DISTRICT, square(0, columns=3)),
    (NEXT_STREET, "street", "白杨街道", DISTRICT, square(3)),
    (HUAIYIN, "community", "槐荫社区", STREET, square(0, columns=2)),
    (LIUXI, "community", "柳溪社区", STREET, square(2)),
    (NEXT_COMMUNITY, "community", "榆林社区", NEXT_STREET, square(3)),
    (GRID_1, "grid", "第一网格", HUAIYIN, square(0)),
    (GRID_2, "grid", "第二网格", HUAIYIN, square(1)),
    (GRID_3, "grid", "第一网格", LIUXI, square(2)),
    (NEXT_GRID, "grid", "第一网格", NEXT_COMMUNITY, square(3)),
)
SANITATION, PROPERTY, STREET_OFFICE = "unit-sanitation", "unit-property", "unit-street"
_UNITS = (
    (SANITATION, "青石环卫所", "sanitation", Level.STREET, STREET),
    (PROPERTY, "槐荫物业", "property", Level.COMMUNITY, HUAIYIN),
    (STREET_OFFICE, "青石街道办事处", "street_office", Level.STREET, STREET),
)
_POSTS = (
    ("worker-1", "槐荫社区第一网格网格员", Role.GRID_WORKER, Level.GRID, GRID_1, None, "chen", "陈静"),
    ("worker-2", "槐荫社区第二网格网格员", Role.GRID_WORKER, Level.GRID, GRID_2, None, "liu", "刘洋"),
    ("worker-3", "柳溪社区第一网格网格员", Role.GRID_WORKER, Level.GRID, GRID_3, None, "ma", "马丽"),
    ("lead", "槐荫社区总网格长", Role.LEAD, Level.COMMUNITY, HUAIYIN, None, "song", "宋佳"),
    ("desk", "槐荫社区受理席", Role.DESK, Level.COMMUNITY, HUAIYIN, None, "wang", "王芳"),
    ("dispatcher", "槐荫社区派单席", Role.DISPATCHER, Level.COMMUNITY, HUAIYIN, None, "zhao", "赵敏"),
    ("verifier", "槐荫社区核查员", Role.VERIFIER, Level.COMMUNITY, HUAIYIN, None, "zhou", "周平"),
    ("handler", "青石环卫所经办", Role.HANDLER, Level.STREET, STREET, SANITATION, "sun", "孙伟"),
    ("handler-2", "槐荫物业经办", Role.HANDLER, Level.COMMUNITY, HUAIYIN, PROPERTY, "luo", "罗强"),
    ("supervisor", "青石街道督查员", Role.SUPERVISOR, Level.STREET, STREET, None, "wu", "吴越"),
    ("street-desk", "青石街道受理席", Role.DESK, Level.STREET, STREET, None, "zheng", "郑华"),
    ("street-dispatcher", "青石街道派单席", Role.DISPATCHER, Level.STREET, STREET, None, "he", "何磊"),
    ("street-verifier", "青石街道核查员", Role.VERIFIER, Level.STREET, STREET, None, "feng", "冯雪"),
    ("leader", "青石街道主任", Role.LEADER, Level.STREET, STREET, STREET_OFFICE, "xu", "许诺"),
    ("next-desk", "榆林社区受理席", Role.DESK, Level.COMMUNITY, NEXT_COMMUNITY, None, "qian", "钱多"),
    ("next-dispatcher", "白杨街道派单席", Role.DISPATCHER, Level.STREET, NEXT_STREET, None, "qian", "钱多"),
    ("next-verifier", "白杨街道核查员", Role.VERIFIER, Level.STREET, NEXT_STREET, None, "qian", "钱多"),
    ("system", "系统管理员", Role.SYSTEM_ADMIN, Level.DISTRICT, DISTRICT, None, "han", "韩冰"),
    ("security", "安全管理员", Role.SECURITY_ADMIN, Level.DISTRICT, DISTRICT, None, "cao", "曹阳"),
    ("audit", "审计管理员", Role.AUDIT_ADMIN, Level.DISTRICT, DISTRICT, None, "deng", "邓超"),
)  # fmt: skip
RUBBISH, LAMP, NOISE, QUARREL, ADVICE = "rubbish", "lamp", "noise", "quarrel", "advice"


def build_town() -> None:
    """Commits the town through the owner role; the app role could not see it being built."""
    with transaction.atomic(using="owner"):
        nodes = _plant()
        _build_houses(nodes)
        units = {
            code: OrgUnit.objects.using("owner").create(
                code=code, name=name, kind=kind, level=level, path=path
            )
            for code, name, kind, level, path in _UNITS
        }
        _appoint(units)
        _publish_catalogue()


def _plant() -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for path, kind, name, parent, boundary in _TREE:
        nodes[path] = Node.objects.using("owner").create(
            code=path.ljust(12, "0"),
            path=path,
            kind=kind,
            name=name,
            parent=nodes.get(parent or ""),
            grid_kind="general" if kind == "grid" else "",
            boundary=boundary,
            households=400 if kind == "grid" else 0,
            valid_from=SINCE,
        )
    return nodes


def _build_houses(nodes: dict[str, Node]) -> None:
    for number in (1, 2):
        west, south = WEST + 0.0004 * number * 4, SOUTH + 0.001
        ring = Polygon.from_bbox((west, south, west + 0.0008, south + 0.0004))
        ring.srid = 4490
        Building.objects.using("owner").create(
            code=f"{HUAIYIN}-b0000{number}",
            path=f"{GRID_1}-b000{number}",
            name=f"槐荫苑{number}栋",
            address=f"青石街槐荫路{number}号",
            grid=nodes[GRID_1],
            footprint=ring,
            use="residential",
            floors=7,
            units=3,
            households=42,
            valid_from=SINCE,
        )


def _appoint(units: dict[str, OrgUnit]) -> None:
    password = make_password(PASSWORD)
    people: dict[str, User] = {}
    for code, title, role, level, path, unit, username, name in _POSTS:
        if username not in people:
            people[username] = User.objects.using("owner").create(
                username=username, name=name, password=password
            )
        post = Post.objects.using("owner").create(
            code=code,
            kind=role,
            title=title,
            role=role,
            level=level,
            path=path,
            unit=units.get(unit or ""),
            valid_from=SINCE,
        )
        Holding.objects.using("owner").create(post=post, user=people[username], from_on=SINCE)


def _publish_catalogue() -> None:
    rows = (
        (RUBBISH, "city_management", "暴露垃圾", "垃圾没人清", "sanitation", 4, "working_hour"),
        (LAMP, "city_management", "路灯", "路灯不亮", "street_office", 2, "working_day"),
        (NOISE, "neighbourhood", "噪音扰民", "邻居太吵", "property", None, ""),
        (QUARREL, "dispute", "邻里纠纷", "和邻居有矛盾", "", None, ""),
        (ADVICE, "service", "政策咨询", "想问政策", "", None, ""),
    )
    for code, family, name, plain, unit_kind, value, unit in rows:
        category = Category.objects.using("owner").create(
            code=code,
            family=family,
            name=name,
            plain_name=plain,
            main_unit_kind=unit_kind,
            source="town",
        )
        Condition.objects.using("owner").create(
            code=f"{code}-1",
            category=category,
            wording=f"{name}，一般情形",
            close_standard="现场恢复正常",
            limit_value=value,
            limit_unit=unit,
            evidence=["photo_after", "own_look", "other_side", "record"] if code == RUBBISH else [],
            source="town",
        )
    shipped = read_reference(settings.REFERENCE_FOLDER)
    for name, shown in ((DANGERS, danger_rows(shipped)), (TITLES, title_rows(shipped))):
        Reference.objects.using("owner").create(name=name, rows=shown, digest="town")
    Responsibility.objects.using("owner").create(
        code="rubbish",
        category_id=RUBBISH,
        main_unit_kind="sanitation",
        level=Level.STREET,
        source="town",
    )


def user(username: str) -> User:
    return User.objects.get(username=username)


def viewer(username: str) -> Viewer:
    return viewer_for(user(username), TODAY)


@dataclass(frozen=True)
class Moment:
    """Readable times of the town's day."""

    hour: int
    minute: int = 0
    day: int = 18

    @property
    def at(self) -> datetime:
        return datetime(2026, 11, self.day, self.hour, self.minute, tzinfo=SHANGHAI).astimezone(UTC)
