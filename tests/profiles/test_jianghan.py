import csv
import json
import math
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely import STRtree
from shapely.geometry import shape

PROFILE = Path(__file__).parents[2] / "profiles" / "jianghan"
TO_METRES = Transformer.from_crs("EPSG:4490", "EPSG:4547", always_xy=True)
WANSONG = "420103008"


@cache
def rows():
    with (PROFILE / "divisions.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@cache
def features(name):
    """Properties with the shape in degrees, in the order of the file."""
    opened = json.loads((PROFILE / f"{name}.geojson").read_text(encoding="utf-8"))
    return [(f["properties"], shape(f["geometry"])) for f in opened["features"]]


def metres(one):
    return shapely.transform(one, lambda xy: np.column_stack(TO_METRES.transform(*xy.T)))


@cache
def in_metres(name):
    return [(properties, metres(one)) for properties, one in features(name)]


def boundaries(kind):
    return {p["path"]: one for p, one in features("boundaries") if p["kind"] == kind}


def grids_by_community():
    grouped = defaultdict(list)
    for properties, one in features("grids"):
        grouped[properties["community"]].append(one)
    return grouped


def reading_order(one):
    point = one.representative_point()
    return (-math.floor(point.y / 0.0015), point.x)


def test_the_division_table_holds_one_district_of_fifteen_streets_and_111_communities():
    assert Counter(row["kind"] for row in rows()) == {
        "city": 1, "district": 1, "street": 15, "community": 111,
    }  # fmt: skip


def test_every_division_code_is_twelve_digits_and_starts_with_its_parents_digits():
    paths = {row["code"]: row["path"] for row in rows()}
    assert len(paths) == len(rows())
    for row in rows():
        assert row["code"] == row["path"].ljust(12, "0")
        if row["kind"] != "city":
            assert row["path"].startswith(paths[row["parent_code"]])


def test_functional_areas_and_virtual_communities_are_named_as_such():
    remarked = {row["path"] for row in rows() if row["remark"]}
    assert remarked == {"420103400", "420103401", "420103400498", "420103401498"}


def test_boundaries_and_division_table_speak_of_the_same_places():
    named = {(row["path"], row["name"], row["kind"]) for row in rows() if row["kind"] != "city"}
    assert {(p["path"], p["name"], p["kind"]) for p, _ in features("boundaries")} == named


@pytest.mark.parametrize("kind", ["street", "community"])
def test_boundaries_of_one_level_leave_no_gap_and_no_overlap(kind):
    shapes = list(boundaries(kind).values())
    assert all(one.is_valid and one.geom_type == "Polygon" for one in shapes)
    assert shapely.coverage_is_valid(shapes)
    (district,) = boundaries("district").values()
    assert shapely.coverage_union_all(shapes).equals(district)


def test_communities_fill_their_street_exactly():
    for street, one in boundaries("street").items():
        inside = [c for path, c in boundaries("community").items() if path.startswith(street)]
        assert shapely.coverage_union_all(inside).equals(one)


def test_grids_fill_each_of_the_fourteen_communities_exactly():
    grouped = grids_by_community()
    assert len(grouped) == 14
    for community, grids in grouped.items():
        assert shapely.coverage_is_valid(grids)
        assert shapely.coverage_union_all(grids).equals(boundaries("community")[community])
    assert shapely.coverage_is_valid([one for _, one in features("grids")])


def test_the_full_street_has_fifty_general_grids_and_some_of_the_other_kinds():
    kinds = Counter(p["kind"] for p, _ in features("grids"))
    assert kinds["general"] == 50
    assert kinds["dedicated"] >= 4
    assert kinds["undeveloped"] >= 1


def test_general_grids_hold_300_to_500_households_and_the_others_none():
    for properties, _ in features("grids"):
        if properties["kind"] == "general":
            assert 300 <= properties["households"] <= 500
        else:
            assert properties["households"] == 0


def test_about_nineteen_thousand_households_live_in_the_full_street():
    assert 18_700 <= sum(p["households"] for p, _ in features("grids")) <= 19_300


def test_household_figures_of_grids_and_compounds_are_sums_over_their_buildings():
    by_grid, by_compound = Counter(), Counter()
    for p, _ in features("buildings"):
        assert p["households"] == p["units"] * p["floors"] * p["flats_per_floor"]
        by_grid[p["grid"]] += p["households"]
        by_compound[p["compound"]] += p["households"]
    assert all(by_grid[p["code"]] == p["households"] for p, _ in features("grids"))
    assert all(by_compound[p["code"]] == p["households"] for p, _ in features("compounds"))


def test_grids_are_one_compact_piece_each():
    for properties, one in in_metres("grids"):
        assert one.geom_type == "Polygon", properties["code"]
        roundness = 4 * math.pi * one.area / one.length**2
        assert roundness > 0.3, f"{properties['code']} is drawn out: {roundness:.2f}"


def test_codes_are_unique_and_begin_with_the_place_they_lie_in():
    for name in ("grids", "compounds", "buildings", "boundaries"):
        codes = [p["code"] for p, _ in features(name)]
        assert len(set(codes)) == len(codes)
    for p, _ in features("grids"):
        assert re.fullmatch(p["community"] + r"\d{3}", p["code"])
    for p, _ in features("compounds"):
        assert re.fullmatch(p["grid"][:12] + r"-c\d{4}", p["code"])
    for p, _ in features("buildings"):
        assert re.fullmatch(p["grid"][:12] + r"-b\d{5}", p["code"])
        assert p["compound"] is None or p["compound"].startswith(p["grid"][:12] + "-c")


@pytest.mark.parametrize(("name", "digits"), [("grids", 3), ("buildings", 5)])
def test_numbers_run_without_a_gap_as_one_reads_the_map(name, digits):
    grouped = defaultdict(list)
    for properties, one in features(name):
        grouped[properties["code"][:12]].append((int(properties["code"][-digits:]), one))
    for numbered in grouped.values():
        assert [n for n, _ in numbered] == list(range(1, len(numbered) + 1))
        orders = [reading_order(one) for _, one in numbered]
        assert orders == sorted(orders)


def test_compounds_are_numbered_without_a_gap_in_their_community():
    numbers = defaultdict(list)
    for properties, _ in features("compounds"):
        community, _, number = properties["code"].partition("-c")
        numbers[community].append(int(number))
    for found in numbers.values():
        assert sorted(found) == list(range(1, len(found) + 1))


@pytest.mark.parametrize("name", ["compounds", "buildings"])
def test_what_stands_in_a_grid_stays_well_inside_it(name):
    grids = {p["code"]: one for p, one in in_metres("grids")}
    for properties, one in in_metres(name):
        assert grids[properties["grid"]].buffer(-6.0).covers(one), properties["code"]


def test_homes_stand_inside_their_compound():
    compounds = {p["code"]: one.buffer(0.1) for p, one in in_metres("compounds")}
    for properties, one in in_metres("buildings"):
        if properties["compound"]:
            assert compounds[properties["compound"]].covers(one), properties["code"]


def test_buildings_are_rectangles_that_keep_apart():
    buildings = [one for _, one in in_metres("buildings")]
    for one in buildings:
        assert len(one.exterior.coords) == 5
        assert one.area == pytest.approx(one.minimum_rotated_rectangle.area, rel=0.01)
    firsts, seconds = STRtree(buildings).query(buildings, predicate="dwithin", distance=4.0)
    assert list(firsts) == list(seconds)


def test_compounds_do_not_overlap():
    compounds = [one for _, one in in_metres("compounds")]
    firsts, seconds = STRtree(compounds).query(compounds, predicate="dwithin", distance=4.0)
    assert list(firsts) == list(seconds)


def test_buildings_stand_back_from_every_street_and_more_from_main_roads():
    streets = in_metres("streets")
    tree = STRtree([line for _, line in streets])
    for properties, one in in_metres("buildings"):
        for index in tree.query(one, predicate="dwithin", distance=20.0):
            street, line = streets[index]
            least = 15.0 if street["highway"] in {"trunk", "primary"} else 6.0
            assert line.distance(one) >= least, properties["code"]


def test_every_border_building_and_compound_says_it_is_illustrative():
    for name in ("boundaries", "grids", "compounds", "buildings"):
        assert all(p["illustrative"] is True for p, _ in features(name))


def test_addresses_and_compound_names_occur_once():
    for name, key in (("buildings", "address"), ("compounds", "name")):
        values = [p[key] for p, _ in features(name)]
        assert len(set(values)) == len(values)


def test_the_files_hold_no_property_about_a_person():
    allowed = {
        "boundaries": "code path kind name parent_code",
        "grids": "code community kind purpose name households",
        "compounds": "code grid name buildings households",
        "buildings": "code grid compound name address use floors units flats_per_floor households",
        "streets": "highway",
    }
    for name, keys in allowed.items():
        assert {key for p, _ in features(name) for key in p} == {*keys.split(), "illustrative"}
    assert all(p["address"].startswith("万松街示范") for p, _ in features("buildings"))


def test_every_file_names_the_source_of_its_streets():
    for path in PROFILE.glob("*.geojson"):
        head = path.read_text(encoding="utf-8")[:200]
        assert "© OpenStreetMap contributors" in head, path.name


def test_files_stay_small_enough_to_load_at_once():
    sizes = {path.stem: path.stat().st_size for path in PROFILE.glob("*.geojson")}
    assert sizes["boundaries"] + sizes["grids"] < 2_000_000
    assert sizes["buildings"] < 3_000_000
    assert sizes["streets"] < 1_000_000
