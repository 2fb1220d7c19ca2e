"""Sign-in's own pages, where django-allauth's are not enough."""

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import perform_password_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.base.views import IndexView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from qijie.accounts import step_up
from qijie.accounts.actions import life
from qijie.accounts.address import client_address
from qijie.accounts.forms import ActivateForm, EnrolForm, OwnPasswordForm, SignInForm
from qijie.accounts.models import User
from qijie.accounts.queries import changes_of


class SignIn(LoginView):
    """Too early a try is answered 429 with the time to wait, on the same page."""

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        return _with_wait(super().form_invalid(form), form)


def _with_wait(response: HttpResponse, form: SignInForm | ActivateForm) -> HttpResponse:
    if form.wait is not None:
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response["Retry-After"] = str(int(form.wait.total_seconds()) + 1)
    return response


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """The code on paper for a password of one's own, and on through sign-in's other steps."""
    form = ActivateForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _with_wait(render(request, "account/activate.html", {"form": form}), form)
    by = life.the_owner(form.code.user, client_address(request))
    password = form.cleaned_data["password1"]
    user = life.set_first_password(form.code, password, by=by, at=timezone.now())
    response: HttpResponse = perform_password_login(
        request, {"username": user.username}, Login(user=user)
    )
    if request.user.is_authenticated:
        step_up.came_with_code(request, user)
        record_authentication(request, user, "password", reauthenticated=True)
    return response


@method_decorator(login_required, name="dispatch")
class OwnPassword(PasswordChangeView):
    form_class = OwnPasswordForm
    success_url = reverse_lazy("mfa_index")

    def get_form_class(self) -> type[OwnPasswordForm]:
        return OwnPasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and not request.user.has_usable_password():
            return redirect("account_activate")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        life.note_change(form.user, "改了密码", by=_owner(self.request), at=timezone.now())
        return response


class Enrol(ActivateTOTPView):
    """A new factor ends the sessions begun without it; this one goes on as proven."""

    def get_form_class(self) -> type[EnrolForm]:
        return EnrolForm

    def get_form_kwargs(self) -> dict[str, Any]:
        needs_paper_code = step_up.needs_paper_code(self.request)
        return {**super().get_form_kwargs(), "needs_paper_code": needs_paper_code}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """`required` in the address: the gate sent somebody whose posts cannot do without."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"must_enrol": "required" in self.request.GET}

    def form_valid(self, form: EnrolForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        life.enrolled(form.user, by=_owner(self.request), at=timezone.now())
        update_session_auth_hash(self.request, form.user)
        record_authentication(self.request, form.user, "mfa", type="totp", reauthenticated=True)
        return response


class Unenrol(DeactivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        user = self.request.user
        life.unenrolled(user, by=_owner(self.request), at=timezone.now())
        update_session_auth_hash(self.request, user)
        return response


class Index(IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"changes": changes_of(self.request.user)}


def _owner(request: HttpRequest) -> life.Doer:
    assert isinstance(request.user, User)  # noqa: S101  # these pages are for the signed-in
    return life.the_owner(request.user, client_address(request))
