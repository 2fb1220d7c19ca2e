"""Where a report lies: the point it was given, else the place chosen, else the whole of ours."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from qijie.issues.actions.handed_in import NewReport
from qijie.issues.rules.decide import Refused
from qijie.territory.queries import Located, locate, node_at


def place_of(new: NewReport, at: datetime) -> Located:
    """Raises Refused for a point outside and for a place that is not there."""
    on = timezone.localdate(at)
    if new.place is not None:
        found = locate(new.place, on)
        if found is None:
            raise Refused(
                "outside",
                "位置：这个点不在本平台服务的区域内，请在地图上重新选择。",
                "place_words",
            )
        return found
    path = new.path.split("-")[0] or settings.HOME_PATH
    node = node_at(path, on)
    if node is None:
        raise Refused(
            "unknown_place",
            f"位置：没有编码为 {path} 的网格或社区，请重新选择地点。",
            "place_words",
        )
    return Located(node.pk, node.path, node.name, node.kind)
