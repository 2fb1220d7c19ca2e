"""Private links: only the hash of the secret is kept, and not for ever."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from qijie.access.scope import scope
from qijie.access.viewer import INTAKE
from qijie.issues.actions.intake import link_token
from qijie.kernel.ids import new_id
from qijie.records.actions import LINK_LIFETIME, give_link
from qijie.records.models import LinkToken
from qijie.records.queries import subject_of_link
from tests import town

pytestmark = pytest.mark.django_db
A_MOMENT = timedelta(microseconds=1)


def a_link() -> tuple[str, UUID]:
    token, subject = link_token(uuid4()), new_id()
    with scope(INTAKE):
        give_link(token=token, subject_id=subject, purpose="matter", at=town.NOW)
    return token, subject


def test_a_link_opens_its_subject_and_nothing_else() -> None:
    (token, subject), (other, another) = a_link(), a_link()
    assert subject_of_link(token, town.NOW) == subject
    assert subject_of_link(other, town.NOW) == another


def test_a_link_expires() -> None:
    token, subject = a_link()
    assert subject_of_link(token, town.NOW + LINK_LIFETIME - A_MOMENT) == subject
    assert subject_of_link(token, town.NOW + LINK_LIFETIME) is None


@pytest.mark.parametrize("change", [str.upper, str.lower, lambda t: t[:-1], lambda t: t + "A"])
def test_a_secret_is_taken_to_the_letter(change: object) -> None:
    token, _ = a_link()
    changed = change(token)  # type: ignore[operator]
    if changed != token:
        assert subject_of_link(changed, town.NOW) is None


@pytest.mark.parametrize("guess", ["", "x", "0" * 10_000, "钥匙", "%", "' OR 1=1 --", "\x00"])
def test_a_guess_opens_nothing(guess: str) -> None:
    a_link()
    assert subject_of_link(guess, town.NOW) is None


def test_the_secret_itself_is_nowhere_in_the_row() -> None:
    token, _ = a_link()
    row = LinkToken.objects.get()
    assert bytes(row.token_hash) == sha256(token.encode()).digest()
    assert token not in " ".join(str(getattr(row, f.name)) for f in row._meta.concrete_fields)


def test_a_secret_has_128_bits_and_goes_into_a_path_as_it_is() -> None:
    tokens = {link_token(uuid4()) for _ in range(200)}
    assert len(tokens) == 200
    for token in tokens:
        assert len(token) == 22
        assert token.replace("-", "").replace("_", "").isalnum()


def test_the_same_report_is_given_the_same_link_each_time() -> None:
    key = uuid4()
    assert link_token(key) == link_token(key) != link_token(uuid4())
