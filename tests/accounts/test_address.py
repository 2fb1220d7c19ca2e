import pytest
from allauth.core.internal.ratelimit import get_ip
from django.test import Client, RequestFactory
from pytest_django import Settings

from qijie.access.scope import scope
from qijie.accounts.address import client_address, client_network
from qijie.records.models import AccessEntry
from tests import town

FROM_ELSEWHERE = "203.0.113.9"


def asked(proxies: int, settings: Settings, *, peer: str = "10.0.0.5", told: str | None = None):
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {} if told is None else {"X-Forwarded-For": told}
    return RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, None, "10.0.0.5"),
        (0, FROM_ELSEWHERE, "10.0.0.5"),
        (1, FROM_ELSEWHERE, FROM_ELSEWHERE),
        (1, f"1.1.1.1, {FROM_ELSEWHERE}", FROM_ELSEWHERE),
        (2, f"1.1.1.1,{FROM_ELSEWHERE},10.0.0.6", FROM_ELSEWHERE),
        (2, FROM_ELSEWHERE, FROM_ELSEWHERE),
        (1, None, "10.0.0.5"),
        (1, "unknown", "10.0.0.5"),
        (1, f"{FROM_ELSEWHERE}:50123", FROM_ELSEWHERE),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:0DB8:0:0:0:0:0:1", "2001:db8::1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, f"::ffff:{FROM_ELSEWHERE}", FROM_ELSEWHERE),
    ],
)
def test_an_address_is_believed_as_far_as_proxies_are_declared(
    settings: Settings, proxies: int, told: str | None, address: str
) -> None:
    assert client_address(asked(proxies, settings, told=told)) == address


def test_a_caller_without_an_address_has_none(settings: Settings) -> None:
    request = asked(0, settings, peer="")
    assert client_address(request) is None
    assert client_network(request) == ""


def test_an_ipv6_caller_is_counted_with_its_network(settings: Settings) -> None:
    networks = {
        client_network(asked(1, settings, told=f"2001:db8:1:2:{last}::1")) for last in "abc"
    }
    assert networks == {"2001:db8:1:2::/64"}
    assert client_network(asked(1, settings, told=FROM_ELSEWHERE)) == FROM_ELSEWHERE


@pytest.mark.django_db
def test_every_reader_sees_the_same_caller(settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    client = Client(headers={"X-Forwarded-For": f"1.1.1.1, {FROM_ELSEWHERE}"})
    client.force_login(town.user("chen"))
    assert client.get("/console/access-log/").status_code == 404
    assert get_ip(asked(1, settings, told=f"1.1.1.1, {FROM_ELSEWHERE}")) == FROM_ELSEWHERE
    with scope(town.viewer("deng")):
        assert {entry.address for entry in AccessEntry.objects.all()} == {FROM_ELSEWHERE}
