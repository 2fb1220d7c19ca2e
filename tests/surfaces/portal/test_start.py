import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_danger_comes_first_with_the_three_numbers(client: Client) -> None:
    page = client.get("/").content.decode()
    main = page[page.index("<main") :]
    assert [main.index(f'href="tel:{number}"') for number in ("110", "119", "120")]
    assert main.index('href="tel:110"') < main.index('href="/report/"')


def test_it_leads_to_reporting_following_and_signing_in(client: Client) -> None:
    page = client.get("/").content.decode()
    for url in ("/report/", "/#follow", "/privacy/", "/account/login/"):
        assert f'href="{url}"' in page
    assert "光凭编号谁也查不到" in page


def test_it_says_whose_portal_it_is(client: Client) -> None:
    assert "示范区 青石街道" in client.get("/").content.decode()


@pytest.mark.parametrize("url", ["/", "/privacy/"])
def test_reading_leaves_no_cookie(client: Client, url: str) -> None:
    client.get(url)
    assert not client.cookies


def test_the_notice_says_its_version_what_why_how_long_and_how_to_correct(client: Client) -> None:
    page = client.get("/privacy/").content.decode()
    for words in ("2026-11", "记录什么", "为什么记", "记多久", "3 年", "怎么更正", "6 张照片"):
        assert words in page


def test_the_report_page_leads_to_the_notice_of_the_same_version(client: Client) -> None:
    page = client.get("/report/").content.decode()
    assert 'href="/privacy/"' in page
    assert "2026-11-27 版" in page
