"""Every column is classified, and the rule table shows no more than it says."""

from collections.abc import Iterator

import pytest
from django.apps import apps

from qijie.access.fields import (
    FIELDS,
    FRAMEWORK_TABLES,
    MASKS,
    RULES,
    FieldClass,
    Purpose,
    Relation,
    Shown,
    class_of,
    how_shown,
    shown,
)
from qijie.access.viewer import INTAKE, NOBODY, SYSTEM, HeldPost, Kind, Role, Viewer, reporter_of
from qijie.kernel.codes import Level
from qijie.kernel.ids import new_id

OURS = {
    model._meta.db_table: model
    for model in apps.get_models(include_auto_created=True)
    if model.__module__.startswith("qijie.")
}


def staff(*roles: Role) -> Viewer:
    posts = tuple(HeldPost(new_id(), role, role, Level.STREET, "429901001") for role in roles)
    return Viewer(Kind.STAFF, user_id=new_id(), posts=posts)


REPORTER = reporter_of(new_id())
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
EVERY_VIEWER = (*map(staff, Role), staff(), NOBODY, INTAKE, REPORTER, SYSTEM)


def every_field() -> Iterator[str]:
    for table, fields in FIELDS.items():
        yield from (f"{table}.{field}" for field in fields)


@pytest.mark.parametrize("table", sorted(OURS))
def test_every_column_of_ours_has_a_class(table: str) -> None:
    columns = {field.name for field in OURS[table]._meta.concrete_fields}
    assert columns - FIELDS.get(table, {}).keys() == set(), "字段没有分类，见 access/fields.py"
    assert FIELDS[table].keys() - columns == set(), "分类表里有已经不存在的字段"


def test_no_table_is_classified_that_does_not_exist() -> None:
    assert FIELDS.keys() == OURS.keys()


def test_every_table_of_others_is_classified_by_prefix_with_a_reason() -> None:
    others = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    for table in others - OURS.keys():
        assert table.startswith(tuple(FRAMEWORK_TABLES)), table
    assert all(reason.endswith(".") for _, reason in FRAMEWORK_TABLES.values())


def test_every_rule_names_fields_that_exist() -> None:
    known = set(every_field())
    named = {field for rule in RULES if not isinstance(rule.of, FieldClass) for field in rule.of}
    assert named <= known


def test_no_rule_opens_a_whole_class_of_personal_or_sensitive_fields() -> None:
    opened = {rule.of for rule in RULES if isinstance(rule.of, FieldClass)}
    assert opened == {FieldClass.PUBLIC, FieldClass.INTERNAL}


def test_whatever_may_be_shown_masked_has_a_mask() -> None:
    masked = {
        field
        for rule in RULES
        if rule.shown is Shown.MASKED and not isinstance(rule.of, FieldClass)
        for field in rule.of
    }
    assert masked <= MASKS.keys()


def named(viewer: Viewer) -> str:
    """The same in every process of a run, whatever ids the viewer was made with."""
    return "-".join([viewer.kind.value or "nobody", *sorted(viewer.roles)])


@pytest.mark.parametrize("viewer", EVERY_VIEWER, ids=named)
def test_a_secret_is_shown_to_nobody_on_any_errand(viewer: Viewer) -> None:
    secrets = [field for field in every_field() if class_of(field) is FieldClass.SENSITIVE]
    assert secrets
    for field in secrets:
        for purpose in Purpose:
            assert shown(viewer, field, "secret", purpose, is_own=True) is None


@pytest.mark.parametrize("viewer", EVERY_VIEWER, ids=named)
def test_what_is_public_is_shown_to_everybody(viewer: Viewer) -> None:
    assert shown(viewer, "teams_post.duty_phone", "027-85481234", Purpose.WORK) == "027-85481234"


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_the_three_administrators_read_no_words_place_or_contact(role: Role) -> None:
    of_a_matter = ("issues_", "records_event", "records_attachment")
    personal = [
        field
        for field in every_field()
        if field.startswith(of_a_matter) and class_of(field) is FieldClass.PERSONAL
    ]
    assert len(personal) > 10
    for field in personal:
        for purpose in Purpose:
            assert how_shown(staff(role), field, purpose) is Shown.NONE, field


@pytest.mark.parametrize("role", [Role.HANDLER, Role.GRID_WORKER, Role.DISPATCHER, Role.LEAD])
@pytest.mark.parametrize("field", ["name", "phone", "email"])
def test_the_handled_side_never_sees_who_reported(role: Role, field: str) -> None:
    for purpose in Purpose:
        step = how_shown(staff(role), f"issues_reporter.{field}", purpose, is_own=True)
        assert step is Shown.NONE


@pytest.mark.parametrize("role", [Role.DESK, Role.VERIFIER, Role.SUPERVISOR])
def test_the_supervision_side_sees_contact_masked_until_it_calls_back(role: Role) -> None:
    viewer, number = staff(role), "13912345678"
    assert shown(viewer, "issues_reporter.phone", number, Purpose.WORK) == "139****5678"
    assert shown(viewer, "issues_reporter.phone", number, Purpose.CONTACT) == number
    assert shown(viewer, "issues_reporter.name", "欧阳小平", Purpose.WORK) == "欧阳*"
    assert shown(viewer, "issues_reporter.email", "li@example.com", Purpose.WORK) == (
        "l***@example.com"
    )


def test_whoever_holds_a_private_link_sees_its_contact_masked() -> None:
    """A link can be passed on; its owner knows the number anyway."""
    number = "13912345678"
    for purpose in Purpose:
        seen = shown(REPORTER, "issues_reporter.phone", number, purpose, is_own=True)
        assert seen in (None, "139****5678")
    assert shown(REPORTER, "issues_reporter.phone", number, Purpose.FOLLOW) is None


def test_a_reporter_reads_what_was_answered_and_only_its_own_words() -> None:
    assert shown(REPORTER, "records_event.sentence", "已受理", Purpose.FOLLOW) == "已受理"
    assert shown(REPORTER, "records_event.words", "内部说明", Purpose.FOLLOW) is None
    assert shown(REPORTER, "records_event.words", "没人来", Purpose.FOLLOW, is_own=True) == "没人来"


def test_the_same_person_on_another_errand_is_shown_other_fields() -> None:
    auditor = staff(Role.AUDIT_ADMIN)
    assert shown(auditor, "records_accessentry.address", "10.0.0.1", Purpose.AUDIT) == "10.0.0.1"
    assert shown(auditor, "records_accessentry.address", "10.0.0.1", Purpose.WORK) is None


def test_an_account_is_its_owners_to_read() -> None:
    desk = staff(Role.DESK)
    address = "wang@example.com"
    assert shown(desk, "accounts_user.email", address, Purpose.OWN_ACCOUNT, is_own=True) == address
    assert shown(desk, "accounts_user.email", address, Purpose.OWN_ACCOUNT) is None
    assert shown(desk, "accounts_user.email", address, Purpose.WORK, is_own=True) is None


def test_the_name_of_whoever_is_responsible_is_on_the_notice_board() -> None:
    for viewer in EVERY_VIEWER:
        assert shown(viewer, "accounts_user.name", "陈静", Purpose.RESPONSIBLE) == "陈静"


def test_whoever_signed_in_without_a_post_sees_what_is_public_and_no_more() -> None:
    nobody_here = staff()
    for field in every_field():
        if class_of(field) is not FieldClass.PUBLIC:
            assert how_shown(nobody_here, field, Purpose.WORK) is Shown.NONE, field


def test_the_stronger_of_two_posts_counts() -> None:
    both = staff(Role.HANDLER, Role.DESK)
    assert how_shown(both, "issues_reporter.phone", Purpose.CONTACT) is Shown.FULL


def test_an_unclassified_field_is_an_error_and_never_shown() -> None:
    with pytest.raises(KeyError):
        shown(staff(Role.DESK), "issues_issue.shoe_size", 42, Purpose.WORK)


def test_an_own_rule_asks_for_a_row_of_ones_own() -> None:
    for rule in RULES:
        if rule.relation is Relation.OWN and not isinstance(rule.of, FieldClass):
            assert rule.who <= {Kind.REPORTER, *Role}
