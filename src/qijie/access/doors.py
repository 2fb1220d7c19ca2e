"""The door of every URL: who may knock, and with which verb of the permission table.

A URL without a row fails the build and, should it ever run, answers 404.
"""

from qijie.access.permissions import (
    ADOPT_GRIDS,
    CHECK_TERRITORY,
    DRAW_GRIDS,
    HAND_OVER_POST,
    MANAGE_ACCOUNTS,
    MANAGE_OWN_ACCOUNT,
    PRINT_BOARDS,
    SEE_ACCESS_LOG,
    SEE_MATTERS,
    SEE_NOTICES,
    SEE_OWN_DAY,
    SEE_REPORTER,
    SEE_TERRITORY,
    SEE_UNDELIVERED,
    Door,
    Who,
)

# django-allauth's own: it may stop for a password in between and goes on by itself; a repeat fails
# on the code or password already used, or leaves the person signed in or out as they are.
_SIGN_IN = "Sign-in and sign-out, told apart by django-allauth's own checks."
_LOOK = "Only how pages look to this browser, in a cookie."
_SHOWN = "Shows and changes nothing; each look is written down, twice shown is twice."

DOORS: tuple[Door, ...] = (
    # Sign-in
    Door("home", Who.STAFF, MANAGE_OWN_ACCOUNT),
    Door("account_login", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("account_logout", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("account_reauthenticate", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("account_activate", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("account_change_password", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("mfa_authenticate", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("mfa_reauthenticate", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("mfa_index", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("mfa_activate_totp", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("mfa_deactivate_totp", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("mfa_generate_recovery_codes", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("mfa_view_recovery_codes", Who.SIGNING_IN, keyless=_SIGN_IN),
    Door("mfa_download_recovery_codes", Who.SIGNING_IN, keyless=_SIGN_IN),
    # Residents
    Door("portal:start", Who.ANYONE),
    Door("portal:report", Who.INTAKE, takes_photos=True, remembers=True),
    Door("portal:privacy", Who.ANYONE),
    Door("portal:where", Who.ANYONE),
    Door("portal:addresses", Who.ANYONE),
    Door("portal:grid", Who.ANYONE),
    Door("portal:matter", Who.LINK_HOLDER),
    Door("portal:move", Who.LINK_HOLDER, takes_photos=True, hears_danger=True),
    Door("portal:photo", Who.LINK_HOLDER),
    # Grid workers and handling units, on the phone
    Door("field:today", Who.STAFF, SEE_OWN_DAY),
    Door("field:report", Who.STAFF, "report", takes_photos=True, tells_another=True),
    Door("field:matter", Who.STAFF, SEE_MATTERS),
    Door("field:move", Who.STAFF, SEE_MATTERS, takes_photos=True),
    Door("field:photo", Who.STAFF, SEE_MATTERS),
    Door("field:urgent", Who.STAFF, SEE_OWN_DAY),
    Door("field:me", Who.STAFF, MANAGE_OWN_ACCOUNT),
    # Desks
    Door("console:queue", Who.STAFF, SEE_MATTERS),
    Door("console:urgent", Who.STAFF, SEE_MATTERS),
    Door("console:report", Who.STAFF, "report", takes_photos=True, tells_another=True),
    Door("console:matter", Who.STAFF, SEE_MATTERS),
    Door("console:move", Who.STAFF, SEE_MATTERS, takes_photos=True),
    Door("console:photo", Who.STAFF, SEE_MATTERS),
    Door("console:reporter", Who.STAFF, SEE_REPORTER, keyless=_SHOWN),
    Door("console:find", Who.STAFF, SEE_MATTERS),
    Door("console:territory", Who.STAFF, SEE_TERRITORY),
    Door("console:place", Who.STAFF, SEE_TERRITORY),
    Door("console:building", Who.STAFF, SEE_TERRITORY),
    Door("console:territory_checks", Who.STAFF, CHECK_TERRITORY),
    Door("console:drawings", Who.STAFF, DRAW_GRIDS),
    Door("console:drawing", Who.STAFF, DRAW_GRIDS),
    Door("console:drawing_cancel", Who.STAFF, DRAW_GRIDS),
    Door("console:plan", Who.STAFF, DRAW_GRIDS),
    Door("console:plan_units", Who.STAFF, DRAW_GRIDS),
    Door("console:plan_edit", Who.STAFF, DRAW_GRIDS, answers_in_place=True),
    Door("console:plan_adopt", Who.STAFF, ADOPT_GRIDS),
    Door("console:plan_withdraw", Who.STAFF, ADOPT_GRIDS),
    Door("console:boards", Who.STAFF, SEE_TERRITORY),
    Door("console:board_pdf", Who.STAFF, SEE_TERRITORY),
    Door("console:board_file", Who.STAFF, PRINT_BOARDS),
    Door("console:board_file_pdf", Who.STAFF, PRINT_BOARDS),
    Door("console:notices", Who.STAFF, SEE_NOTICES),
    Door("console:undelivered", Who.STAFF, SEE_UNDELIVERED),
    Door("console:posts", Who.STAFF, HAND_OVER_POST),
    Door("console:post", Who.STAFF, HAND_OVER_POST),
    Door("console:account", Who.STAFF, MANAGE_ACCOUNTS, answers_in_place=True),
    Door("console:access_log", Who.STAFF, SEE_ACCESS_LOG),
    Door("console:me", Who.STAFF, MANAGE_OWN_ACCOUNT, keyless=_LOOK),
    # Maps: borders and streets are public
    Door("api:streets_tile", Who.ANYONE),
    Door("api:streets_here", Who.ANYONE),
    Door("api:children", Who.ANYONE),
    Door("api:buildings", Who.ANYONE),
    # The machine
    Door("health", Who.ANYONE),
    Door("robots", Who.ANYONE),
    Door("security_contact", Who.ANYONE),
)
_BY_NAME = {door.url_name: door for door in DOORS}


def door_of(url_name: str) -> Door | None:
    return _BY_NAME.get(url_name)
