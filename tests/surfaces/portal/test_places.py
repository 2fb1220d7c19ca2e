import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qijie.surfaces.portal import places
from tests import town

pytestmark = pytest.mark.django_db


def where(client: Client, **asked: str) -> dict[str, str]:
    answer = client.get("/where/", asked)
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_point_is_called_by_its_street_community_and_grid(client: Client) -> None:
    place = town.IN_GRID_2
    told = where(client, lon=str(place.lon), lat=str(place.lat), system="cgcs2000")
    assert told == {"words": "示范区 青石街道 槐荫社区 第二网格"}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"lon": "114.002", "lat": "30.002"}, "坐标没有注明坐标系"),
        ({"lon": "114.002", "lat": "30.002", "system": "bd09"}, "不认识"),
        ({"lon": "30.002", "lat": "114.002", "system": "wgs84"}, "可能写反了"),
        ({"lon": "121.5", "lat": "31.2", "system": "wgs84"}, "不在本平台服务的区域内"),
        ({}, "不是数字"),
    ],
)
def test_a_point_that_cannot_be_told_is_answered_in_words(
    client: Client, asked: dict[str, str], sentence: str
) -> None:
    assert sentence in where(client, **asked)["error"]


def found(client: Client, q: str) -> list[str]:
    answer = client.get("/addresses/", {"q": q})
    assert answer.status_code == 200
    return [one["label"] for one in answer.json()]


def test_an_address_is_found_by_a_part_of_its_words(client: Client) -> None:
    assert found(client, "槐荫路1号") == ["青石街槐荫路1号 槐荫苑1栋"]


def test_a_building_is_found_by_its_name_typed_in_two_words(client: Client) -> None:
    assert found(client, "槐荫苑 ２栋") == ["青石街槐荫路2号 槐荫苑2栋"]


@pytest.mark.parametrize(
    "q",
    [
        "示范区槐荫路1号",
        "湖北省武汉市示范区青石街街道槐荫路1号",
        "青石街道槐荫路1号",
        "槐荫路一号",
        "槐荫路１号",
        "槐荫路1号槐荫苑1栋",
        "槐荫苑一栋",
        "槐荫苑1号楼",
        "槐荫苑1幢",
        "槐荫苑第1栋",
        "槐荫苑壹栋",
        "槐荫苑#1",
        "槐荫苑1栋2单元501",
        "槐荫苑1-2-501",
        "槐荫苑1棟",
        "槐蔭苑一號樓",
    ],
)
def test_an_address_is_found_in_the_ways_people_write_it(client: Client, q: str) -> None:
    assert found(client, q) == ["青石街槐荫路1号 槐荫苑1栋"]


@pytest.mark.parametrize("q", ["槐荫路3号", "槐荫苑11栋", "榆林区槐荫路9号", "市", "号楼", "一"])
def test_an_address_nobody_has_stays_unfound(client: Client, q: str) -> None:
    assert found(client, q) == []


@pytest.mark.parametrize("q", ["", "槐", " ", "\x00", "%%", "不存在的路"])
def test_too_little_or_unknown_finds_nothing(client: Client, q: str) -> None:
    assert found(client, q) == []


def test_a_found_address_comes_with_a_point_in_its_building(client: Client) -> None:
    one = client.get("/addresses/", {"q": "槐荫苑1栋"}).json()[0]
    assert one["system"] == "cgcs2000"
    assert (
        "第一网格" in where(client, lon=one["lon"], lat=one["lat"], system=one["system"])["words"]
    )


def test_no_more_are_named_than_a_person_reads(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(found(client, "青石街")) == 2
    monkeypatch.setattr(places, "MOST_FOUND", 1)
    assert found(client, "青石街") == ["青石街槐荫路1号 槐荫苑1栋"]


@pytest.mark.parametrize(
    "url", ["/addresses/?q=槐荫", "/where/?lon=114.002&lat=30.002&system=wgs84"]
)
def test_looking_up_a_place_costs_few_queries(
    client: Client, url: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        client.get(url)


def test_a_place_is_asked_for_and_never_posted(client: Client) -> None:
    assert client.post("/where/").status_code == 405
    assert client.post("/addresses/").status_code == 405


def test_the_order_of_the_words_and_of_what_is_found_hides_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = set(found(client, "青石街"))
    assert len(every) == 2
    for words in ("青石街 槐荫", "槐荫 青石街", "苑 青石街", "青石街 苑"):
        assert set(found(client, words)) == every
    for most in (1, 2, 3):
        monkeypatch.setattr(places, "MOST_FOUND", most)
        assert found(client, "青石街") == found(client, "槐荫苑")
        assert len(found(client, "青石街")) == min(most, len(every))
    for one in every:
        assert one in found(client, one)
