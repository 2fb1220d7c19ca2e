"""Households where nobody counted them."""

from qijie.territory.drawing.model import Floats

SQUARE_METRES_PER_HOUSEHOLD = 92.17
"""Floor area a household in a Chinese city lives on, stairs included.

Source: 《中国人口普查年鉴-2020》, city households (城市家庭户平均每户住房建筑面积).
"""


def households_of(footprint: Floats, floors: Floats, per_household: float) -> Floats:
    """Whole households of residential buildings, from square metres of ground and floors."""
    estimated: Floats = (footprint * floors / per_household).round()
    return estimated
