"""The forms of a page as whoever fills them in meets them: what each control is called and asks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.photos import jpeg

_VOID = frozenset({"input", "br", "hr", "img", "meta", "link", "source", "wbr", "use"})
_OPTIONAL = "entry-optional"
SENTENCE = "照实写的一句话"


@dataclass
class Control:
    name: str
    kind: str
    """The tag, or the type of an input."""
    value: str = ""
    id: str = ""
    options: list[str] = field(default_factory=list)
    is_chosen: bool = False
    is_required: bool = False
    is_wrong: bool = False
    within: tuple[int, ...] = ()
    """Groups it stands in: fieldsets and folded parts."""
    is_optional: bool = False
    """Marked 选填, by its own label or that of its group."""


@dataclass
class PageForm:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    @property
    def optional(self) -> set[str]:
        return {one.name for one in self.controls if one.is_optional}

    @property
    def wrong(self) -> set[str]:
        return {one.name for one in self.controls if one.is_wrong}

    def filled(self) -> dict[str, object]:
        """Everything asked for; what is 选填 stays as the page shows it."""
        typed: dict[str, object] = {}
        for one in self.controls:
            answer = _shown(one) if one.is_optional else _answered(one)
            if answer is not None and (one.kind != "radio" or one.name not in typed):
                typed[one.name] = answer
        chosen = {one.name: one.value for one in self.controls if one.is_chosen}
        radios = {one.name for one in self.controls if one.kind == "radio"} & chosen.keys()
        button = next((one for one in self.controls if one.kind == "submit" and one.name), None)
        pressed = {button.name: button.value} if button else {}
        return typed | {name: chosen[name] for name in radios} | pressed


def _shown(one: Control) -> object | None:
    if one.kind in ("radio", "checkbox"):
        return (one.value or "on") if one.is_chosen else None
    return None if one.kind in ("file", "submit") else one.value


def _answered(one: Control) -> object | None:
    match one.kind:
        case "submit":
            return None
        case "hidden":
            return one.value
        case "checkbox":
            return (one.value or "on") if one.is_chosen or one.is_required else None
        case "radio":
            return one.value
        case "select":
            # The last: the first is often what already holds.
            return one.value or next((value for value in reversed(one.options) if value), "")
        case "file":
            return SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    usual = {
        "date": (date.today() + timedelta(days=2)).isoformat(),  # noqa: DTZ011  as a browser offers
        "number": "1",
        "tel": "13912345678",
        "email": "li@example.org",
    }
    return one.value or usual.get(one.kind, SENTENCE)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self._stack: list[tuple[str, dict[str, str]]] = []
        self._labels: set[str] = set()
        self._groups: set[int] = set()
        self._select: Control | None = None
        self._text: Control | None = None
        self._met = 0

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        self._met += 1
        if tag not in _VOID:
            self._stack.append((tag, attributes | {"#": str(self._met)}))
        if _OPTIONAL in attributes.get("class", "").split():
            self._mark()
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif tag == "form" and any(opened == "main" for opened, _ in self._stack):
            method = attributes.get("method", "get").lower()
            self.forms.append(PageForm(attributes.get("action", ""), method))
        elif tag == "option" and self._select is not None:
            value = attributes.get("value", "")
            self._select.options.append(value)
            if "selected" in attributes:
                self._select.value = value
        elif tag in ("input", "select", "textarea", "button"):
            self._control(tag, attributes)

    def _mark(self) -> None:
        for tag, attributes in reversed(self._stack):
            if tag == "label":
                self._labels.add(attributes.get("for", ""))
                return
            if tag in ("legend", "summary"):
                outer = next(a for t, a in reversed(self._stack) if t in ("fieldset", "details"))
                self._groups.add(int(outer["#"]))
                return

    def _control(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text") if tag == "input" else tag
        if tag == "button":
            kind = attributes.get("type", "submit")
        if not self.forms or not any(opened == "form" for opened, _ in self._stack):
            return
        groups = tuple(int(a["#"]) for t, a in self._stack if t in ("fieldset", "details"))
        control = Control(
            name=attributes.get("name", ""),
            kind=kind,
            value=attributes.get("value", ""),
            id=attributes.get("id", ""),
            is_chosen="checked" in attributes,
            is_required="required" in attributes,
            is_wrong=attributes.get("aria-invalid") == "true",
            within=groups,
        )
        self.forms[-1].controls.append(control)
        self._select = control if tag == "select" else self._select
        self._text = control if tag == "textarea" else None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.value += data.removeprefix("\r\n").removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._text = None
        if any(tag == opened for opened, _ in self._stack):
            while self._stack.pop()[0] != tag:
                pass

    def finished(self) -> list[PageForm]:
        for one in (control for form in self.forms for control in form.controls):
            one.is_optional = one.id in self._labels or bool(self._groups & set(one.within))
        return self.forms


def forms_on(page: str) -> list[PageForm]:
    """Those of the page's own part that post."""
    reader = _Reader()
    reader.feed(page)
    return [form for form in reader.finished() if form.method == "post"]


def links_on(page: str) -> Iterator[str]:
    reader = _Reader()
    reader.feed(page)
    yield from dict.fromkeys(reader.links)
