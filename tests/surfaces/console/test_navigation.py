import pytest

from qijie.surfaces.console.frame import account, navigation
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
DESK = ["事项", "登记", "辖区", "通知", "我的"]
PLANNER = ["事项", "登记", "辖区", "通知", "网格划分", "我的"]


@pytest.mark.parametrize(
    ("username", "labels"),
    [
        ("wang", PLANNER),
        ("zhao", PLANNER),
        ("sun", DESK),
        ("wu", ["事项", "登记", "辖区", "通知", "区划检查", "我的"]),
        ("han", ["辖区", "通知", "区划检查", "没有送达", "我的"]),
        ("cao", ["辖区", "通知", "岗位", "我的"]),
        ("deng", ["辖区", "通知", "访问记录", "我的"]),
    ],
)
def test_each_is_led_only_where_the_doors_open(username: str, labels: list[str]) -> None:
    viewer = acts.viewer(username)
    with acts.scope(viewer):
        assert [entry["label"] for entry in navigation(viewer, "queue")] == labels


def test_several_posts_are_named_by_the_first_and_their_number() -> None:
    assert account(acts.viewer("qian"))["post"] == "榆林社区受理席等 3 个岗位"
