"""The same form sent again does nothing; one that was refused may be corrected and sent."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from qijie.access.doors import DOORS
from qijie.access.scope import scope
from qijie.access.viewer import SYSTEM
from qijie.accounts.models import AccountChange
from qijie.outbound.actions import clear
from qijie.records.models import Attachment, Event, SentForm
from qijie.teams.once import DONE_BEFORE
from tests import town
from tests.keyed import key_in
from tests.surfaces.console import acts
from tests.surfaces.portal.resident import REPORT, a_picture, a_report, hand_in, id_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def events(issue_id: UUID, verb: str) -> int:
    with scope(SYSTEM):
        return Event.objects.filter(subject_id=issue_id, verb=verb).count()


def photos(issue_id: UUID) -> int:
    with scope(SYSTEM):
        return Attachment.objects.filter(subject_id=issue_id).count()


def told(answer: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# A resident


def test_an_addition_whose_answer_was_lost_is_made_once_and_shows_its_receipt(
    client: Client,
) -> None:
    token = hand_in(client)
    url = f"/m/{token}/add/"
    key = key_in(client.get(url))
    first, second = (
        client.post(url, {"form_key": key, "words": "又堆了一车", "photos": a_picture()})
        for _ in range(2)
    )
    assert first.url == f"/m/{token}/?done=add"
    assert (second.status_code, second.url) == (303, f"/m/{token}/?done=add&again=yes")
    assert (events(id_of(token), "add"), photos(id_of(token))) == (1, 1)
    assert "没有再做一遍" in client.get(second.url).content.decode()


def test_what_is_refused_leaves_the_key_for_the_correction(client: Client) -> None:
    token = hand_in(client)
    url = f"/m/{token}/add/"
    key = key_in(client.get(url))
    wrong = client.post(url, {"form_key": key, "words": "字" * 1001})
    assert wrong.status_code == 422
    assert key_in(wrong) == key
    right = client.post(url, {"form_key": key, "words": "又堆了一车"})
    assert right.url == f"/m/{token}/?done=add"
    assert events(id_of(token), "add") == 1


def test_more_under_a_used_key_is_not_taken_for_received(client: Client) -> None:
    token = hand_in(client)
    url, key = f"/m/{token}/add/", str(uuid4())
    client.post(url, {"form_key": key, "words": "又堆了一车"})
    more = client.post(url, {"form_key": key, "words": "又堆了一车", "photos": a_picture()})
    assert more.status_code == 409
    page = more.content.decode()
    assert "这次填的与上次不同，没有办" in page
    assert f'href="/m/{token}/?done=add"' in page
    assert (events(id_of(token), "add"), photos(id_of(token))) == (1, 0)


def test_danger_under_a_used_key_is_heard_and_done_once(client: Client) -> None:
    token = hand_in(client)
    url, key = f"/m/{token}/add/", str(uuid4())
    client.post(url, {"form_key": key, "words": "又堆了一车"})
    fire = {"form_key": key, "words": "三楼着火了，烟很大"}
    stop = client.post(url, fire)
    assert (stop.status_code, 'href="tel:119"' in stop.content.decode()) == (200, True)
    for query in ("", "&again=yes"):
        taken = client.post(url, fire | {"danger": "yes"})
        assert (taken.status_code, taken.url) == (303, f"/m/{token}/?done=add&danger=yes{query}")
    assert (events(id_of(token), "add"), events(id_of(token), "raise")) == (2, 1)
    assert client.post(url, fire | {"danger": "no"}).status_code == 409


def test_two_keys_in_one_form_are_none_and_one_sent_twice_is_one(client: Client) -> None:
    token = hand_in(client)
    url, keys = f"/m/{token}/add/", [str(uuid4()), str(uuid4())]
    refused = client.post(url, {"form_key": keys, "words": "又堆了一车"})
    assert (refused.status_code, events(id_of(token), "add")) == (400, 0)
    for _ in range(2):
        taken = client.post(url, {"form_key": [keys[0], keys[0]], "words": "又堆了一车"})
        assert taken.status_code == 303
    assert events(id_of(token), "add") == 1


@pytest.mark.parametrize("page", ["/report/", "/"])
def test_a_page_opened_with_its_key_is_kept_by_nobody(client: Client, page: str) -> None:
    answer = client.get(page, headers={"X-Form-Key": str(uuid4())})
    assert "no-store" in answer["Cache-Control"]


def test_a_key_opens_no_other_link(client: Client) -> None:
    mine, others = hand_in(client), hand_in(client, phone="13912345678")
    key = str(uuid4())
    for token in (mine, others):
        answer = client.post(f"/m/{token}/add/", {"form_key": key, "words": "又堆了一车"})
        assert answer.url == f"/m/{token}/?done=add"


@pytest.mark.parametrize("has_photo", [False, True])
def test_a_report_sent_again_leads_to_its_receipt(client: Client, has_photo: bool) -> None:
    typed = {name: value for name, value in a_report().items() if name != "key"}
    typed["form_key"] = key_in(client.get(REPORT))
    first, second = (
        client.post(REPORT, typed | ({"photos": a_picture()} if has_photo else {}))
        for _ in range(2)
    )
    assert second.url == f"{first.url}&again=yes"


def test_a_report_form_opened_again_by_its_key_says_that_it_went(client: Client) -> None:
    typed = {name: value for name, value in a_report().items() if name != "key"}
    typed["form_key"] = str(uuid4())
    receipt = client.post(REPORT, typed).url
    page = _opened_again(client, typed["form_key"])
    assert "data-form-sent" in page
    assert f'href="{receipt}"' in page
    for other in (str(uuid4()), "no key"):
        assert "data-form-sent" not in _opened_again(client, other)
    # Addresses stand in the logs of proxies: whoever reads one learns no private link.
    address = client.get(REPORT, {"form_key": typed["form_key"]})
    assert "data-form-sent" not in address.content.decode()


def test_a_clerks_key_does_not_lead_to_the_callers_link(client: Client) -> None:
    key = str(uuid4())
    desk = Client()
    desk.force_login(town.user("wang"))
    call = {
        "words": "楼道灯不亮",
        "channel": "hotline",
        "urgency": "normal",
        "path": town.GRID_1,
        "phone": "13912345678",
        "form_key": key,
    }
    assert desk.post("/console/report/", call).status_code == 302
    for stranger in (client, desk):
        page = _opened_again(stranger, key)
        assert "data-form-sent" not in page
        assert "/m/" not in page


def _opened_again(client: Client, key: str) -> str:
    page: str = client.get(REPORT, headers={"X-Form-Key": key}).content.decode()
    return page


def test_what_is_kept_says_nothing_without_the_key(client: Client) -> None:
    token = added_to(client)
    with scope(SYSTEM):
        kept = SentForm.objects.get()
    for column in (kept.digest, kept.body, kept.answer):
        assert token.encode() not in bytes(column)


def added_to(client: Client) -> str:
    """A link under which a form has taken effect: the address it led to is kept."""
    token = hand_in(client)
    client.post(f"/m/{token}/add/", {"words": "又堆了一车"})
    return token


def test_keys_are_cleared_after_a_day(client: Client) -> None:
    added_to(client)
    clear(timezone.now() + timedelta(days=settings.KEPT_DAYS["forms"], minutes=-1))
    assert SentForm.objects.count() == 1
    clear(timezone.now() + timedelta(days=settings.KEPT_DAYS["forms"], minutes=1))
    assert SentForm.objects.count() == 0


# Staff


def test_a_move_at_the_desk_sent_again_is_said_to_be_done(client: Client) -> None:
    issue_id = acts.reported()
    client.force_login(town.user("wang"))
    url = f"/console/matters/{issue_id}/accept/"
    key = key_in(client.get(url))
    typed = {"form_key": key, "seen": 1, "urgency": "normal"}
    first, second = client.post(url, typed), client.post(url, typed)
    assert first.url == second.url
    assert told(second)[-1:] == [DONE_BEFORE]
    assert events(issue_id, "accept") == 1


def test_in_a_dialog_the_answer_leads_on_too(client: Client) -> None:
    issue_id = acts.reported()
    client.force_login(town.user("wang"))
    url, typed = (
        f"/console/matters/{issue_id}/accept/",
        {"form_key": str(uuid4()), "seen": 1, "urgency": "normal"},
    )
    dialog = {"HX-Request": "true", "HX-Target": "move-room"}
    first, second = (client.post(url, typed, headers=dialog) for _ in range(2))
    assert first["HX-Redirect"] == second["HX-Redirect"] == f"/console/matters/{issue_id}/"
    assert events(issue_id, "accept") == 1


def test_another_persons_key_is_another_key(client: Client) -> None:
    issue_id = acts.dispatched()
    url, key = f"/field/matters/{issue_id}/sign/", str(uuid4())
    with scope(SYSTEM):
        order = str(acts.seen(issue_id, "zhao").orders.get().pk)
    typed = {"form_key": key, "order": order, "seen": acts.seen(issue_id, "zhao").version}
    client.force_login(town.user("sun"))
    assert client.post(url, typed).status_code == 302
    client.force_login(town.user("chen"))
    answer = client.post(url, typed)
    assert answer.status_code not in (302, 303)
    assert DONE_BEFORE not in told(answer)


def test_a_code_on_paper_is_made_once(client: Client) -> None:
    client.force_login(town.user("cao"))
    user = town.user("wang")
    url = f"/console/accounts/{user.pk}/"
    typed = {"act": "activation_code", "form_key": str(uuid4())}
    first, second = client.post(url, typed), client.post(url, typed)
    assert (first.status_code, second.status_code, second.url) == (200, 303, url)
    assert AccountChange.objects.filter(user=user).count() == 1


# Without a key

KEYLESS = {"X-Form-Key": ""}


def test_without_a_key_nothing_is_done_and_a_sentence_says_so(client: Client) -> None:
    token = hand_in(client)
    for key in ("", "no key"):
        answer = client.post(
            f"/m/{token}/add/", {"words": "又堆了一车", "form_key": key}, headers=KEYLESS
        )
        assert answer.status_code == 400
        assert "没有带提交编号，所以没有办" in answer.content.decode()
    assert events(id_of(token), "add") == 0


def test_a_script_is_told_in_its_own_way(client: Client) -> None:
    client.force_login(town.user("wang"))
    issue_id = acts.reported()
    url = f"/console/matters/{issue_id}/accept/"
    dialog = client.post(url, headers={**KEYLESS, "HX-Request": "true"})
    assert (dialog.status_code, dialog["HX-Reswap"]) == (400, "none")
    assert "没有带提交编号" in json.loads(dialog["HX-Trigger"])["toast"]["text"]
    data = client.post(url, headers={**KEYLESS, "Accept": "application/json"})
    assert data.status_code == 400
    assert "没有带提交编号" in data.json()["sentence"]


def test_a_door_without_a_key_says_why() -> None:
    keyless = {door.url_name: door.keyless for door in DOORS if door.keyless}
    sign_in = {name for name in keyless if name.startswith(("account_", "mfa_"))}
    assert keyless.keys() - sign_in == {"console:me", "console:reporter"}
    assert all(reason.endswith(".") for reason in keyless.values())
