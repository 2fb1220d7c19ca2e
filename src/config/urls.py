from allauth.account import views as account
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path

from qijie.accounts import views as accounts
from qijie.surfaces import machines
from qijie.surfaces.home import health, home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("qijie.surfaces.portal.urls")),
    path("field/", include("qijie.surfaces.field.urls")),
    path("console/", include("qijie.surfaces.console.urls")),
    path("api/", include("qijie.surfaces.api.urls")),
    path("home/", home, name="home"),
    path("health/", health, name="health"),
    path("robots.txt", machines.robots, name="robots"),
    path(".well-known/security.txt", machines.security, name="security_contact"),
    # Nobody signs up or resets by e-mail here: accounts come with posts.
    path("account/login/", accounts.SignIn.as_view(), name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/activate/", accounts.activate, name="account_activate"),
    path("account/password/", accounts.OwnPassword.as_view(), name="account_change_password"),
    path("account/mfa/", login_required(accounts.Index.as_view()), name="mfa_index"),
    path("account/mfa/totp/activate/", accounts.Enrol.as_view(), name="mfa_activate_totp"),
    path("account/mfa/totp/deactivate/", accounts.Unenrol.as_view(), name="mfa_deactivate_totp"),
    path("account/mfa/", include("allauth.mfa.urls")),
]

handler400 = "qijie.ui.errors.bad_request"
handler404 = "qijie.ui.errors.not_found"
handler500 = "qijie.web.away.server_error"
