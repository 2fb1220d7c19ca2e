"""The privacy page, sentence by sentence: each promise has a test that proves it.

A sentence without one fails here, and so does a test that is gone.
"""

import ast
import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client

from qijie.access.fields import FIELDS
from qijie.access.grants import GRANTS
from qijie.access.scope import scope
from qijie.issues.models import Issue, Reporter
from qijie.teams.models import OrgUnit
from tests import town
from tests.surfaces.portal.resident import hand_in, id_of

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
ROOT = Path(__file__).parents[3]
HERE = "tests/surfaces/portal/test_privacy_promises.py"
PORTAL = "tests/surfaces/portal"

# The beginning of a sentence, and where it is proved.
PROOFS = {
    "告知书": (
        f"{PORTAL}/test_start.py::test_the_report_page_leads_to_the_notice_of_the_same_version"
    ),
    "您交上来的时候是哪一版": (
        f"{PORTAL}/test_report.py::test_contact_is_kept_apart_with_the_version_of_the_notice"
    ),
    "您写的话、您说的地点": f"{HERE}::test_a_report_leaves_what_the_page_lists_and_no_more",
    "照片会重新处理": (
        "tests/outbound/test_darkroom.py"
        "::test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright"
    ),
    "我们不做人脸和车牌识别": f"{HERE}::test_nothing_installed_recognises_faces_or_plates",
    "“用我现在的位置”": f"{HERE}::test_the_position_is_asked_for_once_and_never_watched",
    "不要身份证号码": "tests/access/test_nothing_forbidden_is_held.py::test_no_form_asks_for_one",
    "反映问题不会影响": f"{HERE}::test_nothing_kept_of_a_person_counts_what_they_reported",
    "没有统计脚本": f"{PORTAL}/test_weight.py::test_nothing_is_asked_of_another_host",
    "浏览器里只存": (
        f"{PORTAL}/test_report.py::test_reporting_leaves_no_session_and_one_cookie_only"
    ),
    "您按过“大字”的话": f"{HERE}::test_the_browser_remembers_how_large_letters_are",
    "没交的草稿只在": f"{HERE}::test_a_draft_stays_in_the_browser",
    "只为办好您反映的这件事": f"{HERE}::test_who_is_not_of_the_place_sees_nothing_of_it",
    "事情本身": f"{HERE}::test_who_is_not_of_the_place_sees_nothing_of_it",
    "没有定类别的": (
        f"{PORTAL}/test_about.py"
        "::test_the_grid_learns_of_an_unread_report_only_when_and_roughly_where"
    ),
    "称呼、电话、邮箱": (
        "tests/surfaces/console/test_reporter.py::test_a_reason_shows_the_contact_and_is_remembered"
    ),
    "去办的单位看不到": f"{HERE}::test_the_unit_that_handles_it_never_reads_the_contact",
    "反映的是工作人员": (
        f"{PORTAL}/test_about.py::test_a_chosen_unit_hides_from_the_communitys_own_desk"
    ),
    "由上面一级办": "tests/issues/test_accused.py::test_a_desk_or_who_stands_in_for_it_takes_it",
    "上面再没有人办的": (
        "tests/issues/test_accused.py::test_exactly_those_who_stand_neither_below_nor_beside_see_it"
    ),
    "被反映的人、同一地方": (
        "tests/issues/test_accused.py::test_exactly_those_who_stand_neither_below_nor_beside_see_it"
    ),
    "话里像是提到了谁": (
        f"{PORTAL}/test_about.py::test_the_complaint_about_the_worker_does_not_reach_the_worker"
    ),
    "您的话、照片和办理经过": f"{HERE}::test_words_and_steps_are_archived_and_never_edited",
    "联系方式和专属链接": (
        "tests/issues/test_forget.py::test_contact_details_of_an_old_ended_matter_are_forgotten"
    ),
    "打开专属链接": f"{PORTAL}/test_moves.py::test_more_may_be_added_with_photos",
    "还没立案的": f"{PORTAL}/test_moves.py::test_a_report_may_be_withdrawn",
    "也可以打": (
        f"{PORTAL}/test_start.py"
        "::test_the_notice_says_its_version_what_why_how_long_and_how_to_correct"
    ),
}


def sentences(client: Client) -> list[str]:
    page = client.get("/privacy/").content.decode()
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    paragraphs = re.findall(r"<p[ >].*?</p>", main, re.DOTALL)
    said = [unescape(re.sub(r"<[^>]+>", "", p.split(">", 1)[1])) for p in paragraphs]
    parts = (part.strip() for text in said for part in re.split(r"[。；]", text))
    return [part for part in parts if part and part != "我要反映一件事"]


def proof_of(sentence: str) -> str | None:
    return next((PROOFS[start] for start in PROOFS if sentence.startswith(start)), None)


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_sentence_of_the_page_has_its_proof(client: Client) -> None:
    said = sentences(client)
    assert len(said) > 15
    continued = {"不问民族、宗教、政治见解", "不统计谁反映过几次"}
    assert [one for one in said if one not in continued and proof_of(one) is None] == []


def test_no_proof_stands_for_a_sentence_that_is_gone(client: Client) -> None:
    said = sentences(client)
    assert [start for start in PROOFS if not any(one.startswith(start) for one in said)] == []


@pytest.mark.parametrize("proof", sorted(set(PROOFS.values())))
def test_the_proof_exists(proof: str) -> None:
    file, name = proof.split("::")
    assert name in names_in(file)


def test_a_report_leaves_what_the_page_lists_and_no_more(client: Client) -> None:
    token = hand_in(client, name="李青", phone="13912345678", email="li@example.org")
    with scope(town.viewer("wang")):
        issue, contact = Issue.objects.get(pk=id_of(token)), Reporter.objects.get(pk=id_of(token))
    personal = {name for name, kind in FIELDS["issues_issue"].items() if kind == "personal"}
    said_or_pointed = {"words", "place_words", "point", "about_words", "hints"}
    of_staff = {"reported_by_id", "about_user_ids"}
    assert personal == said_or_pointed | of_staff
    assert (issue.reported_by_id, issue.about_user_ids, issue.hints) == (None, [], [])
    assert (contact.name, contact.phone, contact.email) == ("李青", "13912345678", "li@example.org")


def test_nothing_installed_recognises_faces_or_plates() -> None:
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    names = set(re.findall(r"^([a-z0-9._-]+)==", locked, re.MULTILINE))
    known = {"opencv-python", "dlib", "face-recognition", "insightface", "torch", "tensorflow"}
    assert not names & known


def test_the_position_is_asked_for_once_and_never_watched() -> None:
    scripts = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.js")]
    assert any("getCurrentPosition" in script for script in scripts)
    assert not any("watchPosition" in script for script in scripts)


def test_nothing_kept_of_a_person_counts_what_they_reported() -> None:
    people = [model for model in apps.get_models() if model.__name__ in ("User", "Reporter")]
    fields = {field.name for model in people for field in model._meta.get_fields()}
    assert not [name for name in fields if re.search(r"(^|_)(count|score|times)(_|$)", name)]


def test_the_browser_remembers_how_large_letters_are() -> None:
    scripts = [*(ROOT / "src/qijie/ui/static/ui").glob("*.js")]
    scripts += (ROOT / "src/qijie/surfaces/portal/static").rglob("*.js")
    texts = {path.name: path.read_text(encoding="utf-8") for path in scripts}
    assert [name for name, text in texts.items() if "document.cookie =" in text] == ["shell.js"]
    assert set(re.findall(r'remember\("(\w+)"', texts["shell.js"])) <= {"text_size", "theme"}


def test_a_draft_stays_in_the_browser() -> None:
    script = (ROOT / "src/qijie/ui/static/ui/keep-draft.js").read_text(encoding="utf-8")
    assert "sessionStorage" in script
    assert not re.search(r"\bfetch\(|sendBeacon|XMLHttpRequest", script)


def test_who_is_not_of_the_place_sees_nothing_of_it(client: Client) -> None:
    token = hand_in(client)
    for name in ("qian", "han", "cao", "deng", "sun"):
        with scope(town.viewer(name)):
            assert not Issue.objects.filter(pk=id_of(token)).exists(), name


def test_the_unit_that_handles_it_never_reads_the_contact(client: Client) -> None:
    token = hand_in(client, name="李青", phone="13912345678")
    unit = OrgUnit.objects.get(code=town.SANITATION)
    with scope(town.viewer("wang")):
        Issue.objects.filter(pk=id_of(token)).update(unit_ids=[unit.pk])
    with scope(town.viewer("sun")):
        assert Issue.objects.filter(pk=id_of(token)).exists()
        assert not Reporter.objects.filter(pk=id_of(token)).exists()


def test_words_and_steps_are_archived_and_never_edited() -> None:
    verbs = GRANTS["records_event"].values()
    assert all("U" not in verb and "D" not in verb for verb in verbs)
