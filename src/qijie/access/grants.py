"""Which database role may do what to which table: the grant matrix.

The app role owns nothing. What a row policy cannot say (append only, never delete) is said here.
Letters: S select, I insert, U update, D delete.
"""

APP, READ = "qijie_app", "qijie_read"

# Row security keeps an operator from using an index unless PostgreSQL trusts it not to leak what
# it compares. Measured on 300,000 matters: 123 ms against 2 for a viewport, 195 against 3 for LIKE.
# Our overlapping arrays hold UUIDs only, whose equality says nothing; without that mark no list of
# matters uses an index, since every one asks for the viewer's own posts among the participants.
LEAKPROOF = (
    "geometry_overlaps(geometry,geometry)",
    "textlike(text,text)",
    "arrayoverlap(anyarray,anyarray)",
)

# So that no resident's words reach the database's log, for every role that signs in: statements
# carry values, details too, and even an error's first line may quote what was typed. The program
# that asked logs what failed (`access.quiet`).
QUIET = {
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
}

GRANTS: dict[str, dict[str, str]] = {
    # Deleting takes back what never was in force: a trigger refuses any row whose day has come.
    "territory_node": {APP: "SIUD", READ: "S"},
    "territory_building": {APP: "SIUD", READ: "S"},
    "territory_streetline": {APP: "S", READ: "S"},
    "teams_orgunit": {APP: "SIU", READ: "S"},
    "teams_post": {APP: "SIUD", READ: "S"},
    "teams_holding": {APP: "SIUD"},
    "accounts_user": {APP: "SIU"},
    "accounts_failedtries": {APP: "SIUD"},
    "accounts_activationcode": {APP: "SIUD"},
    "accounts_accountchange": {APP: "SIU"},
    "issues_category": {APP: "S", READ: "S"},
    "issues_condition": {APP: "S", READ: "S"},
    "issues_responsibility": {APP: "S", READ: "S"},
    "issues_reference": {APP: "S", READ: "S"},
    "issues_issue": {APP: "SIU"},
    "issues_workorder": {APP: "SIU"},
    "issues_deadline": {APP: "SIU"},
    "issues_reporter": {APP: "SIU"},
    # Nothing is edited: history is appended to, by the database's own word.
    "records_event": {APP: "SI"},
    "records_accessentry": {APP: "SI"},
    "records_miss": {APP: "SIUD"},
    # Only the darkroom's word on a photo is added to it; the policy says so.
    "records_attachment": {APP: "SIU"},
    "records_outboxentry": {APP: "SIUD"},
    "records_timer": {APP: "SIUD"},
    "records_intakekey": {APP: "SIUD"},
    "records_sentform": {APP: "SID"},
    "records_linktoken": {APP: "SIUD"},
    "records_dailycounter": {APP: "SIU"},
    # FOR UPDATE asks for the right to update.
    "records_freenumber": {APP: "SIUD"},
    # A plan's steps are only ever added to; so are the blocks a run was put together from.
    "redrawing_run": {APP: "SIU"},
    "redrawing_block": {APP: "SI"},
    "redrawing_plan": {APP: "SIU"},
    "redrawing_planstep": {APP: "SI"},
    "boards_boardfile": {APP: "SIUD"},
    "boards_solved": {APP: "SID"},
    "outbound_notice": {APP: "SIUD"},
    "outbound_letter": {APP: "SIUD"},
    "spatial_ref_sys": {APP: "S", READ: "S"},
    "django_migrations": {APP: "S"},
    "django_content_type": {APP: "S"},
}
# Sign-in, sessions, cache and the queue manage their own rows.
FRAMEWORK_PREFIXES = (
    "account_",
    "auth_",
    "django_session",
    "mfa_",
    "procrastinate_",
    "qijie_cache",
)
_VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}


def grants_of(table: str) -> dict[str, str]:
    """Role to letters for `table`; raises KeyError for a table nobody declared."""
    if table in GRANTS:
        return GRANTS[table]
    if table.startswith(FRAMEWORK_PREFIXES):
        return {APP: "SIUD"}
    raise KeyError(f"表 {table} 没有授权声明：请在 qijie/access/grants.py 中写明。")


def privileges_of(table: str) -> set[tuple[str, str]]:
    """Role and privilege, as the database names them."""
    return {
        (role, _VERBS[letter]) for role, letters in grants_of(table).items() for letter in letters
    }


def grant_sql(table: str) -> list[str]:
    statements = [f"REVOKE ALL ON {table} FROM {APP}, {READ}, PUBLIC"]
    for role, letters in grants_of(table).items():
        verbs = ", ".join(_VERBS[letter] for letter in letters)
        statements.append(f"GRANT {verbs} ON {table} TO {role}")
    return statements
