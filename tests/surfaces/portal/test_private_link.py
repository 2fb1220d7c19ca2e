"""What a private link leaves behind, and how it is taken when it was sent in a sentence."""

import pytest
from django.test import Client

from qijie.web.log import MASK
from tests.surfaces.portal.resident import hand_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("move", ["urge", "add", "judge"])
def test_an_expired_form_on_a_private_page_leaves_no_link(
    move: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = hand_in(Client())
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"/m/{token}/{move}/", {"words": "还没来"}).status_code == 403
    # No link ends in this sign: its last one stands for two bits.
    assert client.get(f"/m/{token[:-1]}x/").status_code == 404
    assert client.get(f"/m/{token}/explode/").status_code == 404
    assert f"Forbidden (CSRF cookie not set.): /m/{MASK}/{move}/" in caplog.text
    assert token not in caplog.text
    assert token[:-1] not in caplog.text


@pytest.mark.parametrize(
    "typed", ["{}。", "{}/。", "{}）", "{}/)", "{} ", "{}/ ", "{},", "{}》看看", "（{}", "{}/？x=1"]
)
def test_a_link_sent_in_a_sentence_leads_to_the_matter(typed: str) -> None:
    client = Client()
    token = hand_in(client)
    answer = client.get(f"/m/{typed.format(token)}")
    assert (answer.status_code, answer["Location"]) == (302, f"/m/{token}/")
