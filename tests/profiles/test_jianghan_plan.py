"""The plan the demo street's grids come from, from the day `drawing.csv` names."""

from collections import Counter, defaultdict

import shapely

from tests.profiles.test_jianghan import WANSONG, boundaries, features, in_metres, metres


def grids():
    """Number to its outline in metres and its households."""
    shapes, households = defaultdict(list), Counter()
    for properties, one in in_metres("plan"):
        shapes[properties["grid"]].append(one)
        households[properties["grid"]] += properties["households"]
    return {
        number: (shapely.union_all(parts), households[number]) for number, parts in shapes.items()
    }


def test_units_cover_the_street_without_gap_or_overlap():
    assert shapely.coverage_is_valid([one for _, one in features("plan")])
    street = metres(boundaries("street")[WANSONG])
    covered = shapely.union_all([one for _, one in in_metres("plan")])
    # Both are rounded to a centimetre, each on its own.
    assert shapely.symmetric_difference(street, covered).buffer(-0.02).is_empty


def test_units_lie_in_their_community():
    communities = {path: metres(one).buffer(0.05) for path, one in boundaries("community").items()}
    for properties, one in in_metres("plan"):
        assert communities[properties["community"]].covers(one), properties["key"]


def test_every_grid_is_one_piece_in_one_community():
    found = defaultdict(set)
    for properties, _ in features("plan"):
        found[properties["grid"]].add(properties["community"])
    assert {len(communities) for communities in found.values()} == {1}
    assert {outline.geom_type for outline, _ in grids().values()} == {"Polygon"}


def test_no_building_is_cut():
    outlines = [outline.buffer(0.05) for outline, _ in grids().values()]
    tree = shapely.STRtree(outlines)
    for properties, one in in_metres("buildings"):
        assert len(tree.query(one, predicate="covered_by")) == 1, properties["code"]


def test_general_grids_hold_300_to_500_households_and_all_of_them():
    held = [households for _, households in grids().values() if households]
    assert min(held) >= 300
    assert max(held) <= 500
    assert sum(held) == sum(p["households"] for p, _ in features("buildings"))


def test_dedicated_and_undeveloped_grids_stay_as_they_were():
    before = {p["code"]: metres(one) for p, one in features("grids") if p["kind"] != "general"}
    after = defaultdict(list)
    for properties, one in in_metres("plan"):
        if properties["dedicated"]:
            after[properties["dedicated"]].append(one)
    assert after.keys() == before.keys()
    for code, parts in after.items():
        assert shapely.symmetric_difference(shapely.union_all(parts), before[code]).area < 600
