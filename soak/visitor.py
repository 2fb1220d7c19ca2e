"""One browser: cookies, forms as the page holds them, and nothing tried twice behind one's back."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit
from uuid import uuid4

NO_ANSWER = (OSError, HTTPException)
Photo = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Visitor:
    """`come_from` is the address a proxy would tell; each visitor has one of its own."""

    def __init__(self, address: str, patience: float = 30, come_from: str = "") -> None:
        self._host = urlsplit(address).netloc
        self._patience = patience
        self._cookies: dict[str, str] = {}
        self._from = come_from or f"10.{_byte()}.{_byte()}.{_byte()}"
        self._connection: HTTPConnection | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(
        self,
        path: str,
        fields: Mapping[str, str],
        photos: Iterable[Photo] = (),
        **headers: str,
    ) -> Answer:
        body, kind = multipart(fields, photos)
        return self._ask("POST", path, body, {"Content-Type": kind, **headers})

    def ask(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        """Whatever the method, whatever the body."""
        return self._ask(method, path, body, {"Content-Type": kind})

    def is_right(self, path: str) -> bool:
        try:
            return self.get(path).status == 200
        except NO_ANSWER:
            return False
        finally:
            self.hang_up()

    def sign_in(self, username: str, password: str) -> None:
        form = form_to(self.get("/account/login/").text, "login")
        answer = self.post(
            "/account/login/", {**form.fields, "login": username, "password": password}
        )
        if answer.status != 302:
            raise RuntimeError(f"{username} was not signed in: {answer.status}")

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """On a connection kept open; a broken one is given up and the error told."""
        line = self._connection or HTTPConnection(self._host, timeout=self._patience)
        self._connection = None
        sent = {"X-Forwarded-For": self._from, "Cookie": self._cookie(), **headers}
        try:
            line.request(method, path, body, {name: text for name, text in sent.items() if text})
            reply = line.getresponse()
            answer = Answer(
                reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
            )
        except BaseException:
            line.close()
            raise
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, text = cookie.partition(";")[0].partition("=")
            self._cookies[name] = text
        self._connection = line
        return answer

    def _cookie(self) -> str:
        return "; ".join(f"{name}={text}" for name, text in self._cookies.items() if text)


def multipart(fields: Mapping[str, str], photos: Iterable[Photo] = ()) -> tuple[bytes, str]:
    mark = uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    for name, content in photos:
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="photos"; filename="{name}"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        parts.append(head.encode() + content + b"\r\n")
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


@dataclass(slots=True)
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Every name that may be filled in, also the empty ones."""
    choices: dict[str, list[str]] = field(default_factory=dict)


def form_to(page: str, part: str, path: str = "") -> Form:
    """The form of a page whose action holds `part`; one without an action goes to the `path` the
    page came from."""
    found = [form for form in forms_on(page) if part in (form.action or path)]
    if not found:
        raise LookupError(f"no form to {part}")
    return found[0]


def forms_on(page: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def links_on(page: str) -> list[str]:
    """Where the page leads within the house, without the part behind a `#`."""
    reader = _Reader()
    reader.feed(page)
    found = [link.partition("#")[0] for link in reader.links]
    return list(dict.fromkeys(one for one in found if one.startswith("/")))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: text or "" for name, text in attrs}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        if tag == "form" and told.get("method", "").lower() == "post":
            self._open = Form(told.get("action") or told.get("hx-post", ""))
            self.forms.append(self._open)
        elif self._open is not None and "name" in told:
            self._field(tag, told, self._open)
        elif self._open is not None and tag == "option" and self._select and told.get("value"):
            self._open.choices[self._select].append(told["value"])

    def _field(self, tag: str, told: dict[str, str], form: Form) -> None:
        name, kind = told["name"], told.get("type", "text")
        form.names.add(name)
        if tag == "select":
            self._select = name
            form.choices[name] = []
        if kind == "radio":
            form.choices.setdefault(name, []).append(told.get("value", ""))
        is_on = kind not in {"checkbox", "radio"} or "checked" in told
        if tag == "input" and kind != "file" and is_on:
            form.fields[name] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""


def _byte() -> int:
    return random.randint(1, 254)
