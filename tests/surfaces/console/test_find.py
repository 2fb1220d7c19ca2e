import pytest
from django.test import Client

from tests import town
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
FIND = "/console/find/"


@pytest.mark.parametrize(
    "spell", [str, lambda n: n.replace("-", ""), lambda n: f" {n[:9]} {n[9:]} "]
)
def test_a_number_leads_to_its_case(client: Client, spell: object) -> None:
    issue_id = acts.reported()
    number = spell(acts.seen(issue_id).number)  # type: ignore[operator]
    client.force_login(town.user("wang"))
    response = client.get(FIND, {"q": number})
    assert response["Location"] == f"/console/matters/{issue_id}/"


def test_a_wrong_check_digit_is_said_and_the_number_stays(client: Client) -> None:
    number = acts.seen(acts.reported()).number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    client.force_login(town.user("wang"))
    response = client.get(FIND, {"q": wrong})
    assert response.status_code == 400
    assert "有数字不对" in response.content.decode()
    assert f'value="{wrong}"' in response.content.decode()


def test_a_number_out_of_sight_is_said_like_one_that_does_not_exist(client: Client) -> None:
    number = acts.seen(acts.reported()).number
    client.force_login(town.user("qian"))
    response = client.get(FIND, {"q": number})
    assert response.status_code == 404
    assert "没有找到编号为" in response.content.decode()
    assert number in [entry.subject for entry in acts.access_entries("not_visible")]


def test_words_go_on_to_the_list(client: Client) -> None:
    acts.reported("井盖松了")
    client.force_login(town.user("wang"))
    response = client.get(FIND, {"q": "井盖"}, follow=True)
    assert "井盖松了" in response.content.decode()
