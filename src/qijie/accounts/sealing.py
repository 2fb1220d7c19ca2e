"""Secrets at rest: sealed with the newest key, opened with any that is still kept."""

import base64
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _ring() -> MultiFernet:
    """The keys of `QIJIE_ENCRYPTION_KEYS`, newest first; without any, one made from the secret key.

    A key is any long text; its SHA-256 is what seals. To change keys put the new one in front and
    keep the old one behind it until everything has been sealed anew.
    """
    texts = settings.ENCRYPTION_KEYS or [settings.SECRET_KEY]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(sha256(text.encode()).digest())) for text in texts]
    )


def seal(text: str) -> str:
    return _ring().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again; raises InvalidToken for what none of the keys sealed."""
    return _ring().decrypt(sealed.encode()).decode()
