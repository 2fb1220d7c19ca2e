import pytest
from django.test import Client

from tests import town
from tests.surfaces.console import acts

pytestmark = pytest.mark.django_db
ME = "/console/me/"


def test_every_post_held_stands_there(client: Client) -> None:
    shown = acts.page(client, "qian", ME)
    for title in ("榆林社区受理席", "白杨街道派单席", "白杨街道核查员"):
        assert title in shown


def test_the_look_is_kept_without_scripts(client: Client) -> None:
    client.force_login(town.user("wang"))
    shown = client.post(ME, {"theme": "dark", "text_size": "large"}, follow=True)
    assert 'data-theme="dark"' in shown.content.decode()
    assert 'data-text="large"' in shown.content.decode()
    plain = client.post(ME, {"theme": "", "text_size": ""}, follow=True)
    assert "data-theme=" not in plain.content.decode()
    assert "data-text=" not in plain.content.decode()


def test_signing_out_and_the_second_factor_are_one_step_away(client: Client) -> None:
    shown = acts.page(client, "han", ME)
    assert 'action="/account/logout/"' in shown
    assert 'href="/account/mfa/"' in shown
