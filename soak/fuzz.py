"""Odd input at every door, as each role: no answer is a 500.

Each visitor walks the pages its role opens, keeps their addresses and forms, and sends them again
with something odd in a segment, a parameter, a field, a header or the whole body. `--pace 4` is
twenty minutes of it. The seed is printed; what failed is printed as it was sent.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from qijie.accounts.demo import PASSWORD
from soak.house import House
from soak.residents import new_photo
from soak.verdict import Row
from soak.visitor import NO_ANSWER, Answer, Form, Visitor, forms_on, links_on

SECONDS = 300
MOST_PAGES = 80
LOADED = (("load-drawing",), ("load-matters",))
ROLES = (
    "",
    "worker-008001001",
    "lead-008001001",
    "desk-008001",
    "dispatcher-008001",
    "handler-committee-008001",
    "verifier-008001",
    "supervisor-008",
    "leader-008",
    "desk-420103",
    "system-admin-420103",
    "security-admin-420103",
    "audit-admin-420103",
)
STARTS = ("/", "/report/", "/privacy/", "/find/", "/account/login/", "/field/", "/console/")
# Who signs out or changes a password can try nothing afterwards.
SPARED = ("/account/logout/", "/account/password/")
# fmt: off
PARAMETERS = [
    "after", "before", "view", "q", "category", "state", "level", "family", "due", "order", "size",
    "page", "path", "on", "from", "to", "day", "lon", "lat", "system", "next", "done", "key",
    "held", "seen", "version", "order_id", "unit", "grid", "zoom", "token", "word",
]
HEADERS = [
    "Accept", "Accept-Language", "Referer", "HX-Request", "HX-Target", "If-None-Match", "Range",
    "If-Modified-Since", "X-Form-Key", "X-CSRFToken", "X-Forwarded-For", "Origin",
]
# fmt: on
ODD = (
    "",
    "\0",
    "a\0b",
    "\x01\x7f\x85\u202e",
    "\ud800",
    "9" * 400,
    "9223372036854775808",
    "-1",
    "1e999",
    "NaN",
    "Infinity",
    "²٣",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "+23:59:59.999999",
    "00000000-0000-0000-0000-000000000000",
    "../../etc/passwd",
    "%00",
    "%ff%fe",
    "'\"><script>",
    "{{7*7}}",
    "[" * 3000,
    '{"a":' * 2000,
    "W1tbW1tbW1tb" * 300,
    "灯" * 5000,
    "𠮷" * 300,
    "\n\r\t ",
    # Near an id, a choice or a number, and none of ours.
    "unit:",
    "post:garbage",
    "x:00000000-0000-0000-0000-000000000000",
    "UNIT:0195A1B2-C3D4-7E5F-8A6B-7C8D9E0F1A2B",
    "0195A1B2-C3D4-7E5F-8A6B-7C8D9E0F1A2B",
    "{0195a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b}",
    "１２",
    "007",
    "1,2,x",
)
_REFUSED_SAFELY = {501, 505}


@dataclass(slots=True)
class _Walker:
    """One role and what it has seen: addresses, and forms with the page each stood on."""

    visitor: Visitor
    username: str
    paths: list[str] = field(default_factory=list)
    forms: list[tuple[str, Form]] = field(default_factory=list)

    def look_around(self) -> None:
        waiting, seen = list(STARTS), set(STARTS)
        while waiting and len(self.paths) < MOST_PAGES:
            path = waiting.pop(0)
            answer = self.visitor.get(path)
            if answer.status != 200:
                continue
            self.paths.append(path)
            if "html" not in answer.headers.get("content-type", ""):
                continue
            self.forms += [(form.action or path, form) for form in forms_on(answer.text)]
            fresh = [link for link in links_on(answer.text) if link not in seen]
            random.shuffle(fresh)
            seen.update(fresh)
            waiting += fresh[:12]


@dataclass(slots=True)
class Found:
    tried: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def run(house: House, pace: float) -> list[Row]:
    for command in LOADED:
        house.cli(*command)
    seed = random.randrange(10**6)
    random.seed(seed)
    found = throw([_walker(house.address, role) for role in ROLES], SECONDS * pace)
    said = ", ".join(f"{count} × {status}" for status, count in sorted(found.statuses.items()))
    note = "; ".join([f"seed {seed}", said, *found.wrong[:5]])
    return [Row("odd requests", found.tried, len(found.wrong), note=note)]


def _walker(address: str, username: str) -> _Walker:
    walker = _Walker(Visitor(address), username)
    if username:
        walker.visitor.sign_in(username, PASSWORD)
    walker.look_around()
    return walker


def throw(walkers: Sequence[_Walker], seconds: float) -> Found:
    """What was answered until the time is up; each 500 with the request that got it."""
    found, deadline = Found(), time.monotonic() + seconds
    while time.monotonic() < deadline:
        walker = random.choice(walkers)
        act = random.choice(_ACTS)
        path = random.choice(walker.paths)
        try:
            told, answer = act(walker, path)
        except NO_ANSWER:
            found.statuses[0] += 1
            walker.visitor.hang_up()
        else:
            found.statuses[answer.status] += 1
            if answer.status >= 500 and answer.status not in _REFUSED_SAFELY:
                found.wrong.append(f"{walker.username or 'anybody'} {told} {answer.status}"[:300])
        found.tried += 1
    return found


Told = tuple[str, Answer]


def _parameter(walker: _Walker, path: str) -> Told:
    names = random.sample(PARAMETERS, random.randint(1, 3))
    asked = "&".join(f"{name}={_quoted(random.choice(ODD))}" for name in names)
    url = f"{urlsplit(path).path}?{asked}"
    return f"GET {url}", walker.visitor.get(url)


def _segment(walker: _Walker, path: str) -> Told:
    parts = urlsplit(path).path.strip("/").split("/")
    parts[random.randrange(len(parts))] = _quoted(random.choice(ODD), "")[:2000]
    url = f"/{'/'.join(parts)}/"
    return f"GET {url}", walker.visitor.get(url)


def _field(walker: _Walker, path: str) -> Told:
    forms = [(to, form) for to, form in walker.forms if not to.startswith(SPARED)]
    if not forms:
        return _parameter(walker, path)
    to, form = random.choice(forms)
    typed = {name: _value(form, name) for name in form.names}
    typed.update(form.fields)
    for name in random.sample(sorted(typed), min(len(typed), random.randint(1, 3))):
        if name != "csrfmiddlewaretoken":
            typed[name] = random.choice(ODD)
    photos = [(random.choice(("a.jpg", "照片.png", "../x", "a\tb")), _content())]
    sent = {name: _safe(text) for name, text in typed.items()}
    answer = walker.visitor.post(to, sent, photos if random.random() < 0.3 else ())
    return f"POST {to} {json.dumps(sent)}", answer


def _twice(walker: _Walker, path: str) -> Told:
    """A form with a field answered several times, or as a list by its spelling."""
    forms = [(to, form) for to, form in walker.forms if not to.startswith(SPARED)]
    if not forms:
        return _parameter(walker, path)
    to, form = random.choice(forms)
    typed = [*{**{name: _value(form, name) for name in form.names}, **form.fields}.items()]
    for name, text in random.sample(typed, min(len(typed), 2)):
        if name != "csrfmiddlewaretoken":
            other = random.choice([text, _value(form, name), _safe(random.choice(ODD))])
            typed.append((random.choice([name, name, f"{name}[]", f"{name}[0]"]), other))
    body = urlencode(typed).encode()
    kind = "application/x-www-form-urlencoded"
    return f"POST {to} {body[:200]!r}", walker.visitor.ask("POST", to, body, kind)


def _body(walker: _Walker, path: str) -> Told:
    to = random.choice([to for to, _ in walker.forms] or [path])
    to = path if to.startswith(SPARED) else to
    kind, body = random.choice(
        [
            ("application/json", b"[" * 20_000),
            ("application/json", b'{"a":\xff}'),
            ("application/x-www-form-urlencoded; charset=utf-7", b"words=+AGE-&key=%00"),
            ("application/x-www-form-urlencoded; charset=nonsense", b"words=a"),
            ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(3000))),
            ("multipart/form-data; boundary=", b"--\r\n\r\n--"),
            ("multipart/form-data", b"words"),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
            ("text/plain", random.randbytes(200)),
        ]
    )
    return f"POST {to} {kind} {body[:40]!r}", walker.visitor.ask("POST", to, body, kind)


def _header(walker: _Walker, path: str) -> Told:
    name = random.choice(HEADERS)
    text = _quoted(random.choice(ODD))[:1500] if random.random() < 0.7 else "\xff\xfe灯"
    text = text.encode().decode("latin-1").replace("\n", " ").replace("\r", " ")
    return f"GET {path} {name}: {text[:60]}", walker.visitor.get(path, **{name: text})


def _method(walker: _Walker, path: str) -> Told:
    method = random.choice(["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"])
    return f"{method} {path}", walker.visitor.ask(method, path, b"", "text/plain")


_ACTS: Sequence[Callable[[_Walker, str], Told]] = (
    _parameter,
    _parameter,
    _segment,
    _field,
    _field,
    _field,
    _field,
    _twice,
    _twice,
    _body,
    _header,
    _method,
)


def _value(form: Form, name: str) -> str:
    return random.choice(form.choices.get(name) or ["灯不亮", "1", "2026-11-27", "13912345678"])


def _content() -> bytes:
    return random.choice([b"", b"\xff\xd8\xff", random.randbytes(3000), new_photo(64)])


def _safe(text: str) -> str:
    """A half of a pair cannot be sent in UTF-8; its three bytes are tried in addresses."""
    return text.encode(errors="replace").decode()


def _quoted(text: str, safe: str = "/") -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)
