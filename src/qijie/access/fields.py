"""What a field is, and who is shown it: the third table beside permissions and doors.

Walls 1 and 2 decide which rows somebody sees; this table decides what of a row. Every column of
every table of ours has a class in `FIELDS`. Public ones are for everybody; the others are shown
where `RULES` has a row for role × field × purpose × relation, and nowhere else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from qijie.access.permissions import MATTER_STAFF, STAFF, SUPERVISION
from qijie.access.viewer import Kind, Role, Viewer
from qijie.kernel.text import mask_name, mask_phone


class FieldClass(StrEnum):
    PUBLIC = "public"
    """Hangs on a notice board or stands in a published catalogue."""
    INTERNAL = "internal"
    """About a matter or the machine, not about a person."""
    PERSONAL = "personal"
    """Says something about a living person, or may: people write what they like in free text."""
    SENSITIVE = "sensitive"
    """Would harm somebody if it got out: secrets and what they can be guessed from."""


class Purpose(StrEnum):
    """Why somebody looks; the same person on another errand is shown other fields."""

    WORK = "work"
    CONTACT = "contact"
    """Calling the reporter back; each look is logged by the gate's `remember`."""
    FOLLOW = "follow"
    """A resident follows the matter of a private link."""
    RESPONSIBLE = "responsible"
    """Who answers for a place."""
    OWN_ACCOUNT = "own_account"
    AUDIT = "audit"
    NOTIFY = "notify"
    """The machine writes to somebody."""


class Relation(StrEnum):
    ANY = "any"
    """Any row the walls let through."""
    OWN = "own"
    """What is said of, or was written by, the viewer itself."""


class Shown(StrEnum):
    NONE = "none"
    MASKED = "masked"
    FULL = "full"


def _classes(
    *, public: str = "", internal: str = "", personal: str = "", sensitive: str = ""
) -> dict[str, FieldClass]:
    named = {
        FieldClass.PUBLIC: public,
        FieldClass.INTERNAL: internal,
        FieldClass.PERSONAL: personal,
        FieldClass.SENSITIVE: sensitive,
    }
    return {field: kind for kind, fields in named.items() for field in fields.split()}


FIELDS: dict[str, dict[str, FieldClass]] = {
    "territory_node": _classes(
        public="id code path kind name parent grid_kind boundary households is_illustrative"
        " valid_from valid_to",
    ),
    "territory_building": _classes(
        public="id code path name address grid compound footprint use floors units households"
        " valid_from valid_to",
    ),
    "territory_streetline": _classes(public="id street_class line"),
    "teams_orgunit": _classes(
        public="id code name kind level path parent duty_phone",
        internal="takes_orders",
    ),
    "teams_post": _classes(
        public="id code kind title level path unit duty_phone office_hours valid_from valid_to",
        internal="role needs_mfa",
    ),
    "teams_holding": _classes(
        public="id post user from_on to_on is_stand_in",
        internal="appointed_by",
    ),
    "accounts_user": _classes(
        internal="id is_active joined_at",
        personal="username name email last_login",
        sensitive="password sessions_of",
    ),
    "accounts_failedtries": _classes(internal="failures last_at", sensitive="key"),
    "accounts_activationcode": _classes(
        internal="user made_at expires_at password_set_at", sensitive="digest"
    ),
    "accounts_accountchange": _classes(internal="id user at what seen_at", personal="by address"),
    "issues_category": _classes(
        public="code family name plain_name keywords is_urgent main_unit_kind standard"
        " standard_code successor_code source position is_current",
    ),
    "issues_condition": _classes(
        public="code category wording close_standard stage follows limit_value limit_unit evidence"
        " source position is_current",
    ),
    "issues_responsibility": _classes(
        public="code family category main_unit_kind assisting_unit_kinds level source",
    ),
    "issues_reference": _classes(public="name rows", internal="digest"),
    "issues_issue": _classes(
        internal="id number region_code street_code community_code grid path level unit_ids"
        " participant_ids about_post_id about_unit_id about_path hidden_level stand_in_roles"
        " hinted_ids moved_from is_move_refused family category condition channel urgency"
        " state reported_at accepted_at filed_at handled_at closed_at promised_at due_at"
        " soon_at warn_at has_reporter round rework_count reopen_count return_count"
        " suspension_count is_extended objection_used final_answer_given final_answer_objected"
        " is_final_review is_on_the_spot is_sampled answered_level worked_level bound_unit_id"
        " bound_post_id whistled_from resume_to master verdict appeal follow_up_on last_urged_on"
        " urge_count awaits_look hands requests version",
        personal="words place_words point reported_by_id about_user_ids about_words hints",
    ),
    "issues_workorder": _classes(
        internal="id region_code issue unit_id post_id is_main purpose state round level sent_at"
        " signed_at made_safe_at ended_at return_reason",
    ),
    "issues_deadline": _classes(
        internal="id region_code issue position kind order_id started_at due_at warn_at soon_at"
        " original_due_at stopped_at paused_at pauses is_half is_met is_replaced limit_value"
        " limit_unit rule calendar_version explanation",
    ),
    "issues_reporter": _classes(
        internal="issue region_code notice_version",
        personal="name phone email",
    ),
    "records_event": _classes(
        internal="id region_code street_code community_code grid_id subject_id sequence at"
        " device_at verb from_state to_state level order_id actor_kind actor_post_id actor_title"
        " actor_side follows",
        personal="actor_user_id words sentence facts",
    ),
    "records_attachment": _classes(
        internal="id region_code subject_id event_id purpose state look_at tries refusal media_type"
        " size_bytes width_pixels height_pixels from_reporter at",
        personal="sha256 waiting_name",
    ),
    "records_timer": _classes(
        internal="id region_code subject_id purpose due_at facts tries retry_at done_at"
    ),
    "records_outboxentry": _classes(
        internal="id region_code subject_id at tries retry_at",
        personal="told",
    ),
    "records_intakekey": _classes(
        internal="region_code purpose subject_id at",
        sensitive="key digest parts",
    ),
    "records_sentform": _classes(
        internal="at",
        sensitive="digest body answer",
    ),
    "records_linktoken": _classes(
        internal="subject_id purpose made_at expires_at",
        sensitive="token_hash",
    ),
    "records_dailycounter": _classes(internal="region_code on series last"),
    "records_freenumber": _classes(internal="region_code on series number"),
    "records_accessentry": _classes(
        internal="id at region_code kind post_ids door subject fields purpose",
        personal="user_id address",
    ),
    "records_miss": _classes(internal="id on kind times first_at last_at", personal="network"),
    "redrawing_run": _classes(
        internal="id region_code street_code community_code path purpose as_of rules going_on"
        " asked_post_id asked_at state done_parts of_parts now_words cancel_asked_at ended_at"
        " failure findings graph grids_then",
        personal="asked_by_id",
    ),
    "redrawing_block": _classes(
        internal="id run position key community_code shape loads block compound dedicated"
        " building_codes today_grid",
    ),
    "redrawing_plan": _classes(
        internal="id run region_code street_code community_code number name seed from_plan_id state"
        " grid locked measures gave_way moved_households version made_at in_force_on adopted_at"
        " withdrawn_at reason codes successors before",
        personal="adopted_by_id withdrawn_by_id",
    ),
    "redrawing_planstep": _classes(
        internal="id plan sequence verb before after undoes at",
        personal="by_id",
    ),
    "boards_boardfile": _classes(
        public="path made_for paper",
        internal="id region_code street_code community_code state done of asked_by_id asked_at"
        " ended_at sha256 size_bytes failure",
    ),
    "boards_solved": _classes(public="path month category count"),
    "outbound_notice": _classes(
        internal="id region_code post_id subject_id event_id number page at read_at",
        personal="sentence by_user_id",
    ),
    "outbound_letter": _classes(
        internal="id region_code reporter_of_id made_at send_at tries failure given_up_at",
        personal="to subject body",
    ),
}
# Other people's tables, by prefix: none of their columns is ever shown through `shown`.
FRAMEWORK_TABLES: dict[str, tuple[FieldClass, str]] = {
    "account_": (FieldClass.PERSONAL, "django-allauth's e-mail addresses."),
    "auth_": (FieldClass.INTERNAL, "Django's groups and permissions, left empty here."),
    "django_content_type": (FieldClass.INTERNAL, "Names of models."),
    "django_migrations": (FieldClass.INTERNAL, "Names of migrations."),
    "django_session": (FieldClass.SENSITIVE, "Whoever has the key is signed in."),
    "geometry_columns": (FieldClass.INTERNAL, "PostGIS's view of columns."),
    "mfa_": (FieldClass.SENSITIVE, "Second factors and recovery codes."),
    "procrastinate_": (FieldClass.INTERNAL, "Jobs that wait: ids, no words or names."),
    "qijie_cache": (FieldClass.SENSITIVE, "Replay guards and limits by name and address."),
    "spatial_ref_sys": (FieldClass.PUBLIC, "PostGIS's list of reference systems."),
}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One row: to these roles (or kinds of viewer), for one purpose, these fields are shown so."""

    of: FieldClass | tuple[str, ...]
    who: frozenset[Role | Kind]
    purpose: Purpose
    shown: Shown
    relation: Relation = Relation.ANY


def _rule(
    of: FieldClass | str,
    who: Iterable[Role | Kind],
    purpose: Purpose,
    shown: Shown = Shown.FULL,
    relation: Relation = Relation.ANY,
) -> FieldRule:
    fields = of if isinstance(of, FieldClass) else tuple(of.split())
    return FieldRule(fields, frozenset(who), purpose, shown, relation)


EVERYBODY = frozenset(Kind)
_CONTACT = "issues_reporter.name issues_reporter.phone issues_reporter.email"
_WHAT_WAS_SAID = "issues_issue.words issues_issue.place_words issues_issue.point"
_WHAT_HAPPENED = "records_event.words records_event.sentence records_event.facts"
_FOLLOWED = (
    "issues_issue.number issues_issue.state issues_issue.family issues_issue.category"
    " issues_issue.level issues_issue.reported_at issues_issue.promised_at issues_issue.closed_at"
    " issues_issue.verdict records_event.at records_event.verb records_event.to_state"
)

RULES: tuple[FieldRule, ...] = (
    # What is about no person
    *(_rule(FieldClass.PUBLIC, EVERYBODY, purpose) for purpose in Purpose),
    _rule(FieldClass.INTERNAL, MATTER_STAFF, Purpose.WORK),
    _rule(FieldClass.INTERNAL, {Role.AUDIT_ADMIN}, Purpose.AUDIT),
    _rule(FieldClass.INTERNAL, {Kind.SYSTEM}, Purpose.NOTIFY),
    _rule(_FOLLOWED, {Kind.REPORTER}, Purpose.FOLLOW),
    # The reporter, hidden from the handled side; the holder of a link may not be its owner
    _rule(_CONTACT, SUPERVISION, Purpose.WORK, Shown.MASKED),
    _rule(_CONTACT, SUPERVISION, Purpose.CONTACT),
    _rule(_CONTACT, {Kind.REPORTER}, Purpose.FOLLOW, Shown.MASKED, Relation.OWN),
    _rule(_CONTACT, {Kind.SYSTEM}, Purpose.NOTIFY),
    _rule("issues_issue.reported_by_id", SUPERVISION, Purpose.WORK),
    # A matter's words and place
    _rule(f"{_WHAT_WAS_SAID} {_WHAT_HAPPENED}", MATTER_STAFF, Purpose.WORK),
    _rule("records_attachment.sha256", MATTER_STAFF, Purpose.WORK),
    _rule("records_event.actor_user_id outbound_notice.sentence", MATTER_STAFF, Purpose.WORK),
    _rule(
        "redrawing_run.asked_by_id redrawing_plan.adopted_by_id redrawing_plan.withdrawn_by_id"
        " redrawing_planstep.by_id",
        MATTER_STAFF,
        Purpose.WORK,
    ),
    _rule(_WHAT_WAS_SAID, {Kind.REPORTER}, Purpose.FOLLOW, relation=Relation.OWN),
    _rule("records_event.sentence", {Kind.REPORTER}, Purpose.FOLLOW),
    _rule(
        "records_event.words records_attachment.sha256",
        {Kind.REPORTER},
        Purpose.FOLLOW,
        relation=Relation.OWN,
    ),
    _rule(
        f"{_WHAT_WAS_SAID} records_event.sentence records_outboxentry.told",
        {Kind.SYSTEM},
        Purpose.NOTIFY,
    ),
    # Staff: the name is on the notice board, the rest is the person's own
    _rule("accounts_user.name", EVERYBODY, Purpose.RESPONSIBLE),
    _rule("accounts_user.name", STAFF, Purpose.WORK),
    _rule("accounts_user.username", {Role.SECURITY_ADMIN}, Purpose.WORK),
    _rule("accounts_user.name", {Role.AUDIT_ADMIN}, Purpose.AUDIT),
    _rule(
        "accounts_user.username accounts_user.name accounts_user.email accounts_user.last_login",
        STAFF,
        Purpose.OWN_ACCOUNT,
        relation=Relation.OWN,
    ),
    _rule("accounts_user.email", {Kind.SYSTEM}, Purpose.NOTIFY),
    # Who looked at what
    _rule(
        "records_accessentry.user_id records_accessentry.address records_miss.network",
        {Role.AUDIT_ADMIN},
        Purpose.AUDIT,
    ),
)


def _mask_email(address: str) -> str:
    """`z***@example.com`: the first letter and where it goes."""
    name, at, host = address.partition("@")
    return f"{name[:1]}***{at}{host}" if at else "***"


# A field without a mask cannot be shown masked.
MASKS: dict[str, Callable[[str], str]] = {
    "issues_reporter.name": mask_name,
    "issues_reporter.phone": mask_phone,
    "issues_reporter.email": _mask_email,
}


def class_of(field: str) -> FieldClass:
    """The class of `table.field`; raises KeyError for a field nobody classified."""
    table, _, name = field.partition(".")
    return FIELDS[table][name]


def how_shown(viewer: Viewer, field: str, purpose: Purpose, *, is_own: bool = False) -> Shown:
    """The most any row of the table grants; NONE where no row does."""
    faces = viewer.roles | {viewer.kind}
    granted = {
        rule.shown
        for rule in RULES
        if rule.purpose is purpose
        and rule.who & faces
        and (rule.relation is Relation.ANY or is_own)
        and (rule.of is class_of(field) if isinstance(rule.of, FieldClass) else field in rule.of)
    }
    return next((step for step in (Shown.FULL, Shown.MASKED) if step in granted), Shown.NONE)


def shown(
    viewer: Viewer, field: str, value: Any, purpose: Purpose, *, is_own: bool = False
) -> Any | None:
    """`value` as this viewer may read it: whole, masked, or None.

    field: `table.field`, as in `FIELDS`. is_own: it is said of the viewer, or the viewer said it.
    """
    step = how_shown(viewer, field, purpose, is_own=is_own)
    if step is Shown.FULL:
        return value
    if step is Shown.MASKED and value:
        return MASKS[field](value)
    return None
