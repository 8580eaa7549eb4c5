"""Single sign-on by a certified provider that runs: a person is the user whom an administrator linked, or nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from airshed.client import Client
from airshed.client.connection import Refused
from airshed.pages.portal.ways import PORTAL
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.shapes.sign_in import HandOver
from airshed.service.sign_in.provider_settings import ProviderSettings
from airshed.service.sign_in.users import users_of
from browsers import visiting
from providers import CLIENT, SECRET, provider
from services import LONGEST_S, Clock, RealClock, Served, market_book, served

ONWARD = "/v1/me"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as found:
        yield found


@pytest.fixture(scope="module")
def service(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = ProviderSettings(issuer, CLIENT, SECRET, acr="two-factors")
    path = market_book(tmp_path_factory.mktemp("single"))
    limits = ServiceLimits(stranger_burst=10_000)
    with served(path, limits, clock=RealClock(), provider=settings, pages=PORTAL) as found:
        found.running.users.add("li", "steel")
        found.running.users.link("li", issuer, "sub", "li@works")
        yield found


def begun(service: Served, **words: str) -> tuple[httpx.Client, str]:
    """A browser that was sent to the provider, and where."""
    browser = service.stranger()
    said = browser.get("/oidc/begin", params={"onward": ONWARD, **words})
    assert said.status_code == 303, said.text
    return browser, said.headers["location"]


def at_provider(address: str, name: str, acr: str = "") -> str:
    """Sign in at the provider; the address to which it sends the browser back."""
    with httpx.Client(timeout=LONGEST_S) as browser:
        return through(browser, address, name, acr)


def through(browser: httpx.Client, address: str, name: str, acr: str = "") -> str:
    """The same in a browser that keeps its session there."""
    said = browser.get(address)
    for _ in range(10):
        there = said.headers.get("location", "")
        if "return?" in there:
            return str(there)
        if there:
            said = browser.get(said.url.join(there))
        else:
            assert "<form" in said.text, said.text
            said = browser.post(said.url, data={"name": name, "acr": acr})
    raise AssertionError("the provider does not come to an end")


def signed_in(service: Served, name: str, acr: str = "", **words: str) -> tuple[httpx.Client, httpx.Response]:
    """A browser that has gone all the way."""
    browser, address = begun(service, **words)
    said = browser.get(at_provider(address, name, acr))
    if said.status_code == 200:
        browser.headers["X-CSRF-Token"] = browser.get("/v1/me").json()["csrf"]
    return browser, said


def test_who_is_linked_is_signed_in_as_the_actor_of_the_book(service: Served) -> None:
    browser, address = begun(service)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert SECRET not in address
    said = browser.get(at_provider(address, "li@works"))
    assert said.status_code == 200, said.text
    assert f'url={ONWARD}"' in said.text
    (cookie,) = [each for each in said.headers.get_list("set-cookie") if each.startswith("airshed=")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    me = browser.get("/v1/me").json()
    assert (me["user"], me["actor"], me["reads"]) == ("li", "steel", "account steel")
    browser.headers["X-CSRF-Token"] = me["csrf"]
    order = {"account": "steel", "series": "SO2-KM-2027", "side": "sell", "count": 1_000, "limit": 400_000}
    done = browser.post("/v1/commands/PlaceOrder", json=order, headers={"Idempotency-Key": "o"})
    assert (done.status_code, done.json()["actor"]) == (200, "steel")


def test_a_person_goes_to_the_provider_and_back_in_a_browser(service: Served) -> None:
    """The cookie of the session is strict: it is there on the page to which ours leads, in a browser that minds."""
    with visiting(f"{service.url}/sign-in?next=/") as page:
        page.get_by_role("link", name="Sign in by your organisation").click()
        page.get_by_label("Name").fill("li@works")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{service.url}/")
        page.get_by_role("button", name="Sign out").wait_for()
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies(service.url)}
        assert (cookies["airshed"]["httpOnly"], cookies["airshed"]["sameSite"]) == (True, "Strict")
        assert "airshed-journey" not in cookies


def test_who_is_not_linked_is_nobody_whatever_they_call_themselves(service: Served) -> None:
    for name in ("li", "steel", "administrator", "LI@works", "li@works "):
        browser, said = signed_in(service, name)
        assert (said.status_code, "are no user" in said.text) == (403, True), name
        assert browser.get("/v1/me").status_code == 401
    browser, address = begun(service)
    page = {"Accept": "text/html"}
    said = browser.get(at_provider(address, "<script>alert(1)</script>"), headers=page)
    assert (said.status_code, "<script>alert" in said.text) == (403, False)


def test_who_is_locked_or_unlinked_is_out_and_stays_out(service: Served, issuer: str) -> None:
    users = service.running.users
    users.add("zhao", "cement")
    users.link("zhao", issuer, "sub", "zhao")
    browser, said = signed_in(service, "zhao")
    assert said.status_code == 200
    users.lock("zhao")
    assert browser.get("/v1/me").status_code == 401
    assert signed_in(service, "zhao")[1].status_code == 403
    users.unlock("zhao")
    browser, said = signed_in(service, "zhao")
    assert said.status_code == 200
    users.unlink("zhao")
    assert browser.get("/v1/me").status_code == 401
    assert signed_in(service, "zhao")[1].status_code == 403


def test_a_person_is_linked_by_another_administrator_with_a_code_and_to_one_user(service: Served) -> None:
    admin, steel = service.signed("chief", actor="", admin=True), service.signed("fund")
    service.user("power")
    body = {"known_as": "qian"}
    assert steel.post("/v1/users/fund/link", json=body).status_code == 403
    assert admin.post("/v1/users/chief/link", json=body).status_code == 400
    assert admin.post("/v1/users/power/link", json=body).status_code == 200
    assert admin.post("/v1/users/fund/link", json=body).status_code == 400
    assert signed_in(service, "qian")[0].get("/v1/me").json()["actor"] == "power"
    assert admin.post("/v1/users/power/unlink").status_code == 200
    assert signed_in(service, "qian")[1].status_code == 403


def test_a_state_counts_once_in_its_own_browser_and_for_some_minutes(service: Served) -> None:
    browser, address = begun(service)
    back = at_provider(address, "li@works")
    assert service.stranger().get(back).status_code == 401, "another browser has no cookie of the journey"
    assert browser.get(back).status_code == 401, "and a state that was brought is used"
    other, address = begun(service)
    back = at_provider(address, "li@works")
    assert other.get(back).status_code == 200
    assert other.get(back).status_code == 401, "a state counts once"


def test_what_was_asked_of_a_browser_is_forgotten_after_some_minutes_and_beyond_a_number(tmp_path: Path) -> None:
    clock = Clock()
    users = users_of(tmp_path / "a.book", clock)
    word = users.ask("a", "said")
    assert users.answered("b", word) is None
    assert users.answered("a", word) == "said"
    assert users.answered("a", word) is None
    word = users.ask("a", "said")
    clock.ms += 10 * 60_000 + 1
    assert users.answered("a", word) is None
    with pytest.MonkeyPatch.context() as few:
        few.setattr("airshed.service.sign_in.sessions.MOST_ASKED", 3)
        words = []
        for number in range(5):
            clock.ms += 1
            words.append(users.ask("a", str(number)))
    assert [users.answered("a", word) for word in words] == [None, None, "2", "3", "4"]
    users.add("li", "steel")
    _, session = users.begin(users.known("li"), proven_at=clock.ms - 6 * 60_000)
    assert not users.fresh(session)
    users.close()


def test_a_code_of_another_sign_in_or_another_client_is_worth_nothing(service: Served, issuer: str) -> None:
    _, address = begun(service)
    stolen = parse_qs(urlsplit(at_provider(address, "li@works")).query)["code"][0]
    browser, address = begun(service)
    state = parse_qs(urlsplit(address).query)["state"][0]
    words = {"state": state, "code": stolen, "iss": issuer}
    assert browser.get("/oidc/return", params=words).status_code == 401, "PKCE binds a code to its browser"
    assert browser.get("/v1/me").status_code == 401
    browser, address = begun(service)
    parts = urlsplit(address)
    for_another = parts._replace(query=parts.query.replace(f"client_id={CLIENT}", "client_id=another"))
    assert browser.get(at_provider(for_another.geturl(), "li@works")).status_code == 401


def test_a_code_that_was_used_is_not_taken_again(service: Served, issuer: str) -> None:
    browser, address = begun(service)
    back = at_provider(address, "li@works")
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert browser.get(back).status_code == 200
    browser.cookies.clear()
    again, address = begun(service)
    state = parse_qs(urlsplit(address).query)["state"][0]
    assert again.get("/oidc/return", params={"state": state, "code": code, "iss": issuer}).status_code == 401


def test_an_answer_of_another_issuer_or_of_none_is_not_believed(service: Served, issuer: str) -> None:
    for iss in ("https://evil.example", f"{issuer}/", None):
        browser, address = begun(service)
        parts = urlsplit(at_provider(address, "li@works"))
        words = {name: values[0] for name, values in parse_qs(parts.query).items() if name != "iss"}
        said = browser.get("/oidc/return", params=words | ({"iss": iss} if iss else {}))
        assert said.status_code == 401, iss
    browser, address = begun(service)
    said = browser.get(at_provider(address, "li@works") + "&code=another")
    assert said.status_code == 401, "nobody can say which of two codes is meant"


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "",
        "/a" * 600,
    ],
)
def test_nobody_is_sent_on_to_another_site(service: Served, onward: str) -> None:
    assert service.stranger().get("/oidc/begin", params={"onward": onward}).status_code == 400


def test_signing_takes_a_second_factor_that_counts(service: Served, issuer: str) -> None:
    """A sign-in by the provider proves nothing for signing, unless it says the acr that is trusted."""
    users = service.running.users
    users.add("teller", "small-teller")
    users.link("teller", issuer, "sub", "teller")
    bank = service.signed("small-bank")
    key = {"Idempotency-Key": "d"}
    proposed = bank.post("/v1/commands/Deposit", json={"account": "steel", "fen": 700}, headers=key).json()
    confirm = {"act": proposed["waits"][0]["act"]}
    for acr in ("", "one-factor"):
        browser, _ = signed_in(service, "teller", acr, prove="true")
        said = browser.post("/v1/commands/ConfirmAct", json=confirm, headers=key)
        assert said.json()["code"] == "second_factor", acr
    browser, _ = signed_in(service, "teller", "two-factors", prove="true")
    assert browser.post("/v1/commands/ConfirmAct", json=confirm, headers=key).status_code == 200


def test_proving_anew_ends_the_session_that_was(service: Served) -> None:
    browser, _ = signed_in(service, "li@works")
    before = dict(browser.cookies)
    address = browser.get("/oidc/begin", params={"onward": ONWARD, "prove": "true"}).headers["location"]
    assert parse_qs(urlsplit(address).query)["max_age"] == ["0"]
    assert browser.get(at_provider(address, "li@works", "two-factors")).status_code == 200
    stale = service.stranger()
    stale.cookies.update(before)
    assert stale.get("/v1/me").status_code == 401


def test_signing_out_ends_the_session_here_and_says_where_it_ends_there(service: Served, issuer: str) -> None:
    browser, _ = signed_in(service, "li@works")
    kept = dict(browser.cookies)
    address = browser.post("/v1/oidc/sign-out").json()["address"]
    assert address.startswith(f"{issuer}/session/end?")
    (hint,) = parse_qs(urlsplit(address).query)["id_token_hint"]
    assert hint.count(".") == 2, "the ID token, by which the provider knows whose session it is"
    assert httpx.get(address).status_code == 200
    assert "id_token_hint" not in service.signed("power").post("/v1/oidc/sign-out").json()["address"]
    browser.cookies.update(kept)
    assert browser.get("/v1/me").status_code == 401


def test_who_signs_in_by_the_provider_has_a_shell_by_it_which_ends_with_it(service: Served) -> None:
    browser, _ = signed_in(service, "li@works")
    page = browser.get("/hand-over").text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]

    def show(told: HandOver) -> None:
        assert browser.post("/hand-over", data={"csrf": csrf, "code": told.code}).status_code == 200

    with closing(Client(service.url)) as shell:
        told = shell.sign_in_by_browser(show)
        assert told.actor == browser.get("/v1/me").json()["actor"]
        assert told.user == browser.get("/v1/me").json()["user"]
        users = service.running.users
        (subject,) = users._sql.execute("SELECT DISTINCT subject FROM sessions WHERE user = ?", (told.user,)).fetchall()
        assert users.end_of_provider(subject[0], "") >= 2
        with pytest.raises(Refused, match="not_signed_in"):
            shell.me()


def test_a_provider_that_answers_is_known_before_somebody_waits_for_it(service: Served, issuer: str) -> None:
    assert ("provider_known", {"issuer": issuer}) in service.noted
    assert service.stranger().get("/readyz").json()["provider"] == "known"


def test_who_signs_out_at_the_provider_is_out_here(service: Served, issuer: str) -> None:
    """The provider tells the service (back-channel logout), which ends what began there and nothing else."""
    httpx.get(f"{issuer}/ended-at", params={"address": f"{service.url}/oidc/ended"})
    others = service.signed("kiln"), signed_in(service, "li@works")[0]
    browser, address = begun(service)
    with httpx.Client(timeout=LONGEST_S) as there:  # a browser that has a session at the provider
        assert browser.get(through(there, address, "li@works")).status_code == 200
        assert browser.get("/v1/me").status_code == 200
        page = there.get(f"{issuer}/session/end", params={"client_id": CLIENT}).text
        xsrf = page.partition('name="xsrf" value="')[2].partition('"')[0]
        there.post(f"{issuer}/session/end/confirm", data={"xsrf": xsrf, "logout": "yes"})
    assert browser.get("/v1/me").status_code == 401
    assert [other.get("/v1/me").status_code for other in others] == [200, 200]
    assert ("signed_out_by_provider", {"sessions": 1}) in service.noted
    for token in ("", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
        form = {"logout_token": token}
        assert service.stranger().post("/oidc/ended", data=form).status_code == 400


def test_without_a_provider_there_is_no_such_way(tmp_path: Path) -> None:
    with served(market_book(tmp_path)) as service:
        assert service.stranger().get("/oidc/begin").status_code == 404
        assert service.stranger().get("/oidc/return").status_code == 404


def test_a_provider_that_is_away_is_said_and_the_password_still_opens(tmp_path: Path) -> None:
    settings = ProviderSettings("http://127.0.0.1:9", CLIENT, SECRET)
    with served(market_book(tmp_path), provider=settings) as service:
        said = service.stranger().get("/oidc/begin")
        assert (said.status_code, said.json()["code"]) == (503, "provider_away")
        assert service.stranger().get("/readyz").json()["provider"] == "away"
        assert service.signed("steel").get("/v1/me").status_code == 200


def test_nothing_secret_was_noted_or_kept(service: Served) -> None:
    raw = Path(service.running.users.path).read_bytes() + repr(service.noted).encode()
    assert SECRET.encode() not in raw
    assert b"eyJ" not in raw, "no token of the provider is kept"
    assert SECRET not in repr(service.running.serving)
