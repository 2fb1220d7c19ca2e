import pytest
from allauth.mfa.adapter import get_adapter
from cryptography.fernet import InvalidToken
from pytest_django import Settings

from qijie.accounts.sealing import seal, unseal

OLD, NEW = "the old key, long enough", "the new key, long enough"


def test_what_is_sealed_opens_again_and_does_not_show_itself() -> None:
    sealed = seal("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert unseal(sealed) == "JBSWY3DPEHPK3PXP"


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    sealed = seal("secret")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert unseal(sealed) == "secret"
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(InvalidToken):
        unseal(sealed)


def test_second_factors_are_sealed_in_the_table(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    adapter = get_adapter()
    assert adapter.encrypt("secret") != "secret"
    assert adapter.decrypt(adapter.encrypt("secret")) == "secret"
