"""Of a hand-over what was typed is kept, as of every other form."""

import pytest
from django.test import Client

from qijie.teams.models import Post
from tests import town
from tests.surfaces.console.test_posts import address, handed_over

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_what_was_typed_of_a_hand_over_is_kept_but_never_over_somebody_just_chosen(
    client: Client,
) -> None:
    client.force_login(town.user("cao"))
    post = Post.objects.get(code="desk").pk
    plain = client.get(address()).content.decode()
    for form in ("hand-over", "stand-in"):
        assert f'data-draft="{form}-{post}"' in plain
    chosen = client.get(f"{address()}?hand_over=liu").content.decode()
    assert f'data-draft="hand-over-{post}"' not in chosen
    assert f'data-draft="stand-in-{post}"' in chosen
    assert "data-draft-done" not in plain
    done = client.get(handed_over(client)["Location"]).content.decode()
    assert f'data-draft-done="hand-over-{post}"' in done
