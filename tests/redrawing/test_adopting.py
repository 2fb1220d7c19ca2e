"""A plan is put into force from a day, and taken back until the day."""

import pytest

from qijie.redrawing import actions
from qijie.territory.models import Node
from tests import town
from tests.redrawing import village


def test_first() -> None:
    plan = village.plan(village.FOUR_COLUMNS)
    from qijie.access.scope import scope
    leader = town.viewer("xu")
    with scope(leader):
        adopted = actions.adopt(plan.pk, on=village.DAY, holders={}, version=0, by=leader, at=town.NOW)
    print(adopted.codes, adopted.successors)
    for node in Node.objects.filter(path__startswith=village.CODE).order_by("path","valid_from"):
        print(node.path, node.kind, node.name, node.households, node.valid_from, node.valid_to)
    assert False
