"""Every form that writes carries a key, so that it takes effect once (see teams/once.py)."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import SRC

TAG = "{% form_key %}"
FORMS = re.compile(r"<form\b.*?</form>", re.DOTALL)
PARTS = re.compile(r'{% include "([^"]+)"')
# Django-allauth's pages and signing out: doors that say in `access.doors` why they need none.
KEYLESS = ("'account_", "'mfa_", "sign_out_url")
TEMPLATES = {
    path.relative_to(root).as_posix(): path
    for root in SRC.rglob("templates")
    for path in root.rglob("*.html")
}


def forms_in(path: Path) -> list[str]:
    return [form for form in FORMS.findall(path.read_text()) if 'method="post"' in form]


def has_key(form: str) -> bool:
    parts = [TEMPLATES[name].read_text() for name in PARTS.findall(form)]
    return any(TAG in text for text in (form, *parts))


def needs_one(form: str) -> bool:
    return not any(sign in form.split("{% csrf_token %}")[0] for sign in KEYLESS)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_form_that_writes_carries_a_key(name: str) -> None:
    for form in forms_in(TEMPLATES[name]):
        assert has_key(form) or not needs_one(form), form[:200]


def test_forms_are_found() -> None:
    assert sum(len(forms_in(path)) for path in TEMPLATES.values()) > 30
