"""The portal's frame: languages, signing in and out, a session that ends, what went wrong, and what it never loads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from airshed.model.provenance import Programme
from airshed.model.refusal import Malformed
from airshed.pages.portal.frame import local
from airshed.pages.portal.ways import WAYS
from airshed.rulebook.load import find, texts
from airshed.service.book.opening import begin
from airshed.service.http.run import Running
from airshed.service.http.serving import Serving
from markets import BEFORE
from portals import Portal, hidden, portal, text_of
from services import PASSWORD, market_book


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("portal"))) as found:
        yield found


def test_a_page_speaks_the_language_of_the_browser_and_then_the_one_that_was_chosen(served: Portal) -> None:
    client = served.stranger("zh-CN,zh;q=0.9,en;q=0.8")
    assert 'lang="zh-Hans"' in client.get("/").text
    assert 'lang="en"' in client.get("/language/en?next=/").text
    assert 'lang="en"' in client.get("/").text, "it is kept"
    assert client.get("/language/fr").status_code == 404


def test_a_switch_leads_to_no_other_site(served: Portal) -> None:
    client = served.stranger()
    client.client.follow_redirects = False
    for target in ("//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere.example", "javascript:1"):
        assert client.get("/language/en", params={"next": target}).headers["location"] == "/"
        assert local(target) == "/"


def test_pages_load_nothing_but_our_style_sheet_and_our_scripts_and_hold_none(served: Portal) -> None:
    said = served.stranger().get("/sign-in")
    policy = said.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy
    for script in re.findall(r"<script[^>]*>[^<]*</script>", said.text):
        assert re.fullmatch(r'<script (type="module"|defer) src="/assets/[0-9a-f]{16}/\w+\.js"></script>', script)
    assert "<style" not in said.text
    assert not re.search(r"\s(style|on\w+)=", said.text)
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]*)"', said.text)
    style = served.stranger().get(sheet)
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert "url(" not in style.text
    assert "@import" not in style.text
    for script in re.findall(r'(?:src|href)="(/assets/[^"]*\.js)"', said.text):
        found = served.stranger().get(script)
        assert found.headers["content-type"].startswith("text/javascript")
        assert "immutable" in found.headers["cache-control"]
        assert found.headers["content-encoding"] == "gzip"
    assert served.stranger().get(sheet.replace("/assets/", "/assets/0")).status_code == 404, "no other version"


def test_somebody_signs_in_and_out_on_a_page(served: Portal) -> None:
    client = served.signed("steel")
    said = client.get("/")
    assert "steel" in text_of(said)
    assert "Sign out" in text_of(said)
    assert client.get("/sign-in").url.path == "/", "who is signed in need not sign in"
    out = client.send("/sign-out", hidden(said))
    assert "Sign in" in text_of(out)
    assert "Sign out" not in text_of(client.get("/"))


def test_what_was_wrong_in_a_sign_in_is_not_told_and_the_name_stays(served: Portal) -> None:
    served.user("steel")
    client = served.stranger()
    for name, password in (("steel", "wrong wrong wrong"), ("nobody", PASSWORD)):
        said = client.send("/sign-in", user=name, password=password, code="000000")
        assert said.status_code == 401
        assert "Name, password or code is wrong" in text_of(said)
        assert f'value="{name}"' in said.text
        assert password not in said.text


def test_a_code_may_be_typed_in_full_width_digits(served: Portal) -> None:
    served.user("fund")
    wide = served.code("fund").translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    said = served.stranger().send("/sign-in", user="fund", password=PASSWORD, code=f"{wide[:3]} {wide[3:]}")
    assert said.status_code == 200
    assert "Sign out" in text_of(said)


def test_a_form_of_another_site_signs_nobody_in_or_out(served: Portal) -> None:
    client = served.signed("steel")
    client.client.headers["origin"] = "https://elsewhere.example"
    assert client.send("/sign-in", user="steel", password=PASSWORD, code="1").status_code == 403
    assert client.send("/sign-out", csrf="guess").status_code == 403
    del client.client.headers["origin"]
    assert client.send("/sign-out", csrf="guess").status_code == 403
    assert "Sign out" in text_of(client.get("/"))


def test_the_language_changes_in_the_middle_of_a_sign_in_and_nothing_written_is_lost(served: Portal) -> None:
    said = served.stranger().send("/sign-in", user="steel", next="/act", carried='{"a":"1"}', language="zh")
    assert "用户名" in text_of(said)
    assert 'value="steel"' in said.text
    assert hidden(said)["carried"] == '{"a":"1"}'
    assert hidden(said)["next"] == "/act"


def test_a_link_sets_up_a_user_on_a_page_once(served: Portal) -> None:
    token = served.running.users.add("newcomer", "steel")
    client = served.stranger("zh")
    asked = client.get("/set-up", params={"token": token})
    assert "newcomer" in text_of(asked)
    fields = hidden(asked)
    short = client.send("/set-up", {**fields, "password": "short", "again": "short"})
    assert short.status_code == 422
    assert "口令不符合要求" in text_of(short)
    other = client.send("/set-up", {**fields, "password": PASSWORD, "again": PASSWORD + "x"})
    assert "不一致" in text_of(other)
    done = client.send("/set-up", {**fields, "password": PASSWORD, "again": PASSWORD})
    assert "otpauth://totp/" in done.text
    assert client.get("/set-up", params={"token": token}).status_code == 404


def test_a_browser_hears_what_went_wrong_on_a_page_and_a_program_as_a_problem(served: Portal) -> None:
    client = served.stranger("zh")
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "没有网址为“/nowhere”的页面" in text_of(page)
    assert "not_there" not in page.text
    assert client.get("/v1/me").headers["content-type"] == "application/problem+json"
    plain = client.get("/nowhere", headers={"accept": "application/json"})
    assert plain.json()["code"] == "not_there"


def test_every_page_says_what_the_book_is(served: Portal) -> None:
    for path in ("/", "/sign-in", "/nowhere"):
        assert "No real firm did this" in text_of(served.stranger().get(path))


def test_a_simulated_book_may_be_shown_with_everybody_as_whom_one_signs_in(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    with portal(path, demo_users=True) as shown:
        client = shown.stranger()
        assert "anybody signs in here as anybody" in text_of(client.get("/"))
        said = client.send("/sign-in", {"as": "steel", "next": "/"})
        assert "Sign out" in text_of(said)
        assert shown.stranger().send("/sign-in", {"as": "stranger"}).status_code == 404
        steel = shown.rehearsing("steel", "zh")
        for address, what, href in (
            ("/act/PlaceOrdr", "没有名为“PlaceOrdr”的业务", "/act"),
            ("/records/999999", "账簿中没有编号为“999999”的记录", "/check"),
            ("/works/NOPE", "没有名为“NOPE”的企业", "/works"),
            ("/prices/NOPE-KM-2027", "没有名为“NOPE-KM-2027”的系列", "/prices"),
            ("/data/nope.csv", "没有名为“nope.csv”的数据表或文件", "/data"),
        ):
            lost = steel.get(address, headers={"sec-fetch-dest": "document"})
            assert what in text_of(lost), address
            assert f'class="button" href="{href}"' in lost.text, address
            assert not re.search("[a-z]{2,} [a-z]{2,}", text_of(lost).rpartition("问题404")[2]), address
    assert not path.with_name(path.name + "-users").exists(), "nothing of it is kept"
    with portal(path) as real:
        assert real.stranger().send("/sign-in", {"as": "steel"}).status_code == 404


def test_who_may_be_chosen_is_shown_by_firm_or_office_in_the_language_of_the_page(tmp_path: Path) -> None:
    with portal(market_book(tmp_path), demo_users=True) as shown:
        english, chinese = (text_of(shown.stranger(language).get("/sign-in")) for language in ("en", "zh"))
    assert "City bureau, Kunming small-bureau" in english
    assert "州市生态环境局·昆明 small-bureau" in chinese
    assert "steel steel" not in english, "whose name is their code is named once"


def test_nobody_is_let_in_without_a_password_where_the_book_is_real(tmp_path: Path) -> None:
    path = tmp_path / "real.book"
    begin(path, texts(find("dianzhong")), BEFORE, Programme())
    with pytest.raises(Malformed, match="--demo-users: this book is a real programme"):
        Running(Serving(path, demo_users=True, sure=True), lambda event, **fields: None)


def test_no_two_pages_have_one_path() -> None:
    paths = [(way.method, way.path) for way in WAYS]
    assert len(set(paths)) == len(paths)
