"""The content policy allows no inline script or style, so no template may hold one."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qijie.ui.states import ISSUE_LOOKS, ORDER_LOOKS, STANDING_LOOKS

SOURCE = Path(__file__).resolve().parents[2] / "src/qijie"
SPRITE = SOURCE / "ui/static/ui/icons.svg"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
SCRIPTS = sorted((SOURCE / "ui/static/ui").glob("*.js"))

FORBIDDEN = {
    "inline style": r"<[^>]*\sstyle\s*=",
    "style element": r"<style[\s>]",
    "inline handler": r"<[^>]*\son[a-z]+\s*=",
    "htmx handler, which needs eval": r"\shx-on[:a-z-]*\s*=",
    "htmx expression, which needs eval": r"hx-(vals|headers)\s*=\s*[\"']js:",
    "script without a file": r"<script(?![^>]*\ssrc=)[^>]*>",
    "script address": r"[\"']\s*javascript:",
    "address of another host": r"(src|href|action)\s*=\s*[\"'](https?:)?//",
}
EVALUATES = r"\beval\s*\(|new Function\b|\.innerHTML\b|insertAdjacentHTML|document\.write"


def words_of(template: Path) -> str:
    comments = r"\{% comment.*?%\}.*?\{% endcomment %\}|\{#.*?#\}"
    return re.sub(comments, "", template.read_text(encoding="utf-8"), flags=re.S)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds_what_the_policy_refuses(what: str) -> None:
    found = [
        str(template.relative_to(SOURCE))
        for template in TEMPLATES
        if re.search(FORBIDDEN[what], words_of(template), re.I)
    ]
    assert found == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_evaluates_words_or_writes_markup(script: Path) -> None:
    source = script.read_text(encoding="utf-8")
    assert not re.search(EVALUATES, source)
    assert source.startswith("// @ts-check\n")


def drawn() -> set[str]:
    root = ElementTree.parse(SPRITE).getroot()  # noqa: S314  our own file
    return {symbol.attrib["id"] for symbol in root}


def icons_in(template: Path) -> set[str]:
    source = words_of(template)
    named = re.findall(r"\{%\s*icon\s+[\"']([\w-]+)[\"']", source)
    defaults = re.findall(r"\{%\s*icon\s+[\w.]+\|default:[\"']([\w-]+)[\"']", source)
    passed = re.findall(r"\sicon=[\"']([\w-]+)[\"']", source)
    return {*named, *defaults, *passed}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_icon_a_template_names_is_drawn(template: Path) -> None:
    assert icons_in(template) <= drawn()


@pytest.mark.parametrize("looks", [ISSUE_LOOKS, ORDER_LOOKS, STANDING_LOOKS])
def test_every_state_has_a_drawn_sign_that_no_other_word_shares(looks: dict) -> None:
    assert {look.icon for look in looks.values()} <= drawn()
    assert len({look.word for look in looks.values()}) == len(looks)


def test_no_two_states_of_a_matter_share_a_sign() -> None:
    for looks in (ISSUE_LOOKS, ORDER_LOOKS):
        assert len({look.icon for look in looks.values()}) == len(looks)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_template_says_what_it_takes(template: Path) -> None:
    if template.is_relative_to(SOURCE / "ui"):
        assert "{% comment %}" in template.read_text(encoding="utf-8")
