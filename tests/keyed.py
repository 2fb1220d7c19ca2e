"""A client that sends a form's key as the product's pages do."""

import re
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from qijie.access.form_keys import FIELD, HEADER

_HEADER = f"HTTP_{HEADER.upper().replace('-', '_')}"


def keys_in(answer: HttpResponse) -> list[str]:
    """The keys of a page's forms, in their order."""
    return keys_in_words(answer.content.decode())


def keys_in_words(page: str) -> list[str]:
    return re.findall(rf'name="{FIELD}" value="([\w-]+)"', page)


def key_in(answer: HttpResponse) -> str:
    """The key of a page's first form."""
    return keys_in(answer)[0]


class KeyedClient(Client):
    """Each POST is a form of its own, unless it brings a key in its fields or headers."""

    def generic(self, method: str, path: str, *args: Any, **extra: Any) -> HttpResponse:
        given = {name.lower() for name in extra.get("headers") or {}}
        if method == "POST" and HEADER.lower() not in given:
            extra.setdefault(_HEADER, str(uuid4()))
        answer: HttpResponse = super().generic(method, path, *args, **extra)
        return answer
