"""Every form of every page is sent with what it asks for and nothing it calls 选填.

The pages are found by walking: from each door's page along its links to the moves of a matter. What
is read is the page, not the code's own idea of its fields.
"""

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qijie.outbound.actions import deliver
from qijie.teams.models import Post
from tests import town
from tests.accounts.people import ENROL, code_of, enrol, prove, signed_in
from tests.page_forms import PageForm, forms_on, links_on
from tests.surfaces.console import acts, drawn
from tests.surfaces.portal.resident import bring_to_close, hand_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RESIDENT = ""
ANSWERS = {"hand_over-username": "liu", "stand_in-username": "liu"}
"""What only one who knows the place can write."""


def send(client: Client, url: str, form: PageForm) -> HttpResponse:
    """As a browser would; what it changed is taken back."""
    typed = {name: ANSWERS.get(name, value) for name, value in form.filled().items()}
    with transaction.atomic():
        answer = client.post(urljoin(url, form.action) or url, typed)
        transaction.set_rollback(True)
    return answer


def wrong_on(answer: HttpResponse) -> set[str]:
    return {name for form in forms_on(answer.content.decode()) for name in form.wrong}


def try_all(client: Client, url: str) -> int:
    """Sends each form of a page; how many were taken."""
    page = client.get(url, follow=True)
    forms = forms_on(page.content.decode()) if page.status_code == 200 else []
    answers = [(form, send(client, url, form)) for form in forms]
    for form, answer in answers:
        assert not wrong_on(answer) & form.optional, (url, form.action, wrong_on(answer))
        assert answer.status_code < 500, (url, form.action)
    return sum(answer.status_code < 400 and not wrong_on(answer) for _, answer in answers)


def moves_of(client: Client, url: str) -> list[str]:
    page = client.get(url).content.decode()
    found = (urljoin(url, link).partition("#")[0] for link in links_on(page))
    return [one for one in dict.fromkeys(found) if one.startswith(url) and one != url]


def moves_tried(client: Client, url: str) -> set[str]:
    """The moves a matter's page leads to whose forms were taken."""
    taken = {one for one in moves_of(client, url) if try_all(client, one)}
    return {one.partition("?")[0].rstrip("/").rpartition("/")[2] for one in taken}


AT_THE_DESK: dict[str, tuple[Callable[[], object], tuple[str, ...], set[str]]] = {
    "reported": (acts.reported, ("wang",), {"accept", "void", "about", "move"}),
    "unkinded": (
        lambda: acts.reported(category="", place=None),
        ("zheng",),
        {"accept", "reclassify", "ask_reclassify"},
    ),
    "accepted": (acts.accepted, ("wang",), {"file", "about", "move"}),
    "filed": (acts.filed, ("zhao", "song"), {"dispatch"}),
    "dispatched": (acts.dispatched, ("zhao", "wu", "sun"), {"recall", "urge", "return_order"}),
    "handled": (acts.handled, ("zhou",), {"close", "send_back"}),
    "closed": (acts.closed, ("wu",), {"reopen"}),
}


@pytest.mark.parametrize("state", AT_THE_DESK)
def test_moves_at_the_desk(client: Client, state: str) -> None:
    make, staff, least = AT_THE_DESK[state]
    url, tried = f"/console/matters/{make()}/", set()
    for who in staff:
        client.force_login(town.user(who))
        tried |= moves_tried(client, url)
    assert least <= tried


@pytest.mark.parametrize(
    ("who", "make", "least"),
    [("chen", acts.accepted, {"solve"}), ("sun", acts.dispatched, {"return_order"})],
)
def test_moves_on_the_phone(
    client: Client, who: str, make: Callable[[], object], least: set[str]
) -> None:
    client.force_login(town.user(who))
    url = f"/field/matters/{make()}/"
    assert least <= moves_tried(client, url)
    try_all(client, url)


@pytest.mark.parametrize("is_closed", [False, True], ids=["open", "closed"])
def test_moves_of_a_resident(client: Client, is_closed: bool) -> None:
    token = hand_in(client)
    if is_closed:
        bring_to_close(token)
    least = {"reopen"} if is_closed else {"add", "urge", "withdraw"}
    assert least <= moves_tried(client, f"/m/{token}/")


def address_of(door: str, **values: object) -> str:
    return reverse(door, kwargs=values)


def told_of_one() -> str:
    acts.reported()
    deliver(timezone.now())
    return "/console/notices/"


def a_reporter() -> str:
    return f"/console/matters/{acts.reported(phone='13912345678')}/reporter/"


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "portal:report": (RESIDENT, lambda: "/report/"),
    "portal:report of a grid": (RESIDENT, lambda: f"/report/?grid={town.GRID_1}"),
    "field:report": ("chen", lambda: "/field/report/"),
    "console:report": ("wang", lambda: "/console/report/"),
    "console:me": ("wang", lambda: "/console/me/"),
    "console:post": (
        "cao",
        lambda: address_of("console:post", post_id=Post.objects.get(code="desk").pk),
    ),
    "console:account": (
        "cao",
        lambda: address_of("console:account", user_id=town.user("liu").pk) + "?act=disable",
    ),
    "console:drawings": ("wang", lambda: f"/console/drawings/?path={town.HUAIYIN}"),
    "console:plan_adopt": (
        "xu",
        lambda: address_of("console:plan_adopt", plan_id=drawn.plan().pk),
    ),
    "console:boards": ("wu", lambda: f"/console/boards/{town.STREET}/"),
    "console:plan": ("wang", lambda: address_of("console:plan", plan_id=drawn.plan().pk)),
    "console:notices": ("wang", told_of_one),
    "console:reveal": ("wang", a_reporter),
}
REFUSED = {
    "account_login": (RESIDENT, "/account/login/"),
    "account_activate": (RESIDENT, "/account/activate/"),
    "account_change_password": ("wang", "/account/password/"),
}
"""Nothing made up is a password: what is asked here is only that nothing 选填 is refused."""


@pytest.mark.parametrize("page", PAGES)
def test_a_page(client: Client, page: str) -> None:
    who, address = PAGES[page]
    if who:
        client.force_login(town.user(who))
    assert try_all(client, address())


@pytest.mark.parametrize("page", REFUSED)
def test_a_page_of_an_account(client: Client, page: str) -> None:
    who, url = REFUSED[page]
    if who:
        client.force_login(town.user(who))
    assert forms_on(client.get(url).content.decode())
    try_all(client, url)


MFA = "/account/mfa/"


def test_pages_of_the_second_factor() -> None:
    """Setting it up, signing in with it, once more before something weighty, and what follows."""
    cache.clear()
    first = prove(signed_in())
    assert forms_on(first.get(ENROL).content.decode())
    try_all(first, ENROL)
    secret, client = enrol(first), signed_in()
    for page in ("authenticate/", "reauthenticate/"):
        assert forms_on(client.get(f"{MFA}{page}").content.decode()), page
        try_all(client, f"{MFA}{page}")
        cache.clear()
        assert client.post(f"{MFA}{page}", {"code": code_of(secret)}).status_code == 302
    for page in ("recovery-codes/generate/", "totp/deactivate/"):
        assert forms_on(client.get(f"{MFA}{page}").content.decode()), page
        try_all(client, f"{MFA}{page}")
