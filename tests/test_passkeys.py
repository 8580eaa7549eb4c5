"""Passkeys in a real browser with an authenticator: made, shown to sign in and to sign acts, and by nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import httpx
import pytest
from playwright.sync_api import CDPSession, Page, expect

from airshed.pages.portal.ways import PORTAL
from airshed.service.sign_in.users import Users
from browsers import visiting
from services import LONGEST_S, Served, market_book, served


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(market_book(tmp_path_factory.mktemp("passkeys")), pages=PORTAL) as found:
        found.url = found.url.replace("127.0.0.1", "localhost")  # passkeys are made for names
        yield found


@pytest.fixture(scope="module")
def page(service: Served) -> Iterator[Page]:
    with visiting(f"{service.url}/passkeys") as found:
        yield found


class Authenticator:
    """The authenticator of a browser, which holds keys and asks its owner for a finger."""

    def __init__(self, page: Page) -> None:
        self._line: CDPSession = page.context.new_cdp_session(page)
        self._line.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.name = self._line.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def verifies(self, *, verified: bool) -> None:
        """Whether the finger on it is that of its owner."""
        said = {"authenticatorId": self.name, "isUserVerified": verified}
        self._line.send("WebAuthn.setUserVerified", said)


@pytest.fixture(scope="module")
def authenticator(page: Page) -> Authenticator:
    return Authenticator(page)


@pytest.fixture
def teller(service: Served, page: Page, authenticator: Authenticator) -> Page:
    """A browser in which the teller has signed in and made a passkey, on the page of passkeys."""
    page.goto(f"{service.url}/passkeys")
    if not service.running.users.passkeys("small-teller"):
        client = service.signed("small-teller")
        page.context.add_cookies(
            [
                {
                    "name": "airshed",
                    "value": client.cookies["airshed"],
                    "url": service.url,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )
        page.reload()
        page.get_by_label("Name of the new one").fill("laptop")
        page.get_by_label("One-time code").fill(service.code("small-teller"))
        page.get_by_role("button", name="Make a passkey").click()
        page.get_by_text("laptop").wait_for()
    return page


def signed_in(service: Served, page: Page, onward: str = "/v1/me") -> dict[str, Any]:
    """Sign in by passkey in a browser without a session; what it is told of itself."""
    page.context.clear_cookies()
    page.goto(f"{service.url}/passkeys?next={onward}")
    page.get_by_role("button", name="Sign in by passkey").click()
    page.wait_for_url(f"{service.url}{onward}")
    found: dict[str, Any] = json.loads(page.inner_text("body"))
    return found


def test_a_passkey_signs_in_its_user_as_their_actor_without_a_name(service: Served, teller: Page) -> None:
    me = signed_in(service, teller)
    assert (me["user"], me["actor"]) == ("small-teller", "small-teller")
    (kept,) = service.running.users.passkeys("small-teller")
    assert (kept.label, kept.used_at > 0) == ("laptop", True)


def test_a_passkey_is_a_second_factor_for_some_minutes(service: Served, teller: Page) -> None:
    bank = service.signed("small-bank")
    key = {"Idempotency-Key": "d"}
    proposed = bank.post("/v1/commands/Deposit", json={"account": "steel", "fen": 700}, headers=key).json()
    confirm = {"act": proposed["waits"][0]["act"]}
    me = signed_in(service, teller)
    service.clock.ms += 6 * 60_000
    client = as_browser(service, teller, me["csrf"])
    assert client.post("/v1/commands/ConfirmAct", json=confirm, headers=key).json()["code"] == "second_factor"
    teller.goto(f"{service.url}/passkeys?next=/v1/me")
    teller.get_by_role("button", name="Show a passkey").click()
    teller.wait_for_url(f"{service.url}/v1/me")
    assert client.post("/v1/commands/ConfirmAct", json=confirm, headers=key).status_code == 200


def as_browser(service: Served, page: Page, csrf: str) -> httpx.Client:
    """A program with the session of a browser."""
    client = httpx.Client(base_url=service.url, timeout=LONGEST_S, headers={"X-CSRF-Token": csrf})
    for cookie in page.context.cookies(service.url):
        client.cookies.set(cookie["name"], cookie["value"])
    service.keep(client)
    return client


def refused(service: Served, page: Page) -> None:
    """Sign in by passkey, and hear that it is not taken."""
    page.context.clear_cookies()
    page.goto(f"{service.url}/passkeys")
    page.get_by_role("button", name="Sign in by passkey").click()
    page.get_by_text("The passkey does not open this.").wait_for()


def test_who_is_locked_is_not_let_in_by_a_passkey(service: Served, teller: Page) -> None:
    service.running.users.lock("small-teller")
    refused(service, teller)
    service.running.users.unlock("small-teller")
    assert signed_in(service, teller)["user"] == "small-teller"


def test_a_finger_that_is_not_its_owners_opens_nothing(
    service: Served, teller: Page, authenticator: Authenticator
) -> None:
    authenticator.verifies(verified=False)
    try:
        teller.context.clear_cookies()
        teller.goto(f"{service.url}/passkeys")
        teller.get_by_role("button", name="Sign in by passkey").click()
        expect(teller.locator("#said")).to_have_text(re.compile(".{6}"), timeout=120_000)
        assert teller.request.get(f"{service.url}/v1/me").status == 401
    finally:  # else those who come next wait for a finger for ever
        authenticator.verifies(verified=True)


def shown(page: Page) -> dict[str, Any]:
    """What a browser would send to sign in, taken by somebody who listens."""
    made: dict[str, Any] = page.evaluate(
        """async () => {
          const { token, options: found } = await asked("/v1/passkeys/to-show", {});
          return { token, credential: credential(await navigator.credentials.get(options(found))) };
        }"""
    )
    return made


def test_what_a_passkey_signed_counts_once_and_for_what_was_asked(service: Served, teller: Page) -> None:
    teller.context.clear_cookies()
    teller.goto(f"{service.url}/passkeys")
    first, second = shown(teller), shown(teller)
    stranger = service.stranger()
    crossed = {"token": second["token"], "credential": first["credential"]}
    assert stranger.post("/v1/passkeys/sign-in", json=crossed).status_code == 401, "signed for another challenge"
    assert stranger.post("/v1/passkeys/sign-in", json=first).status_code == 200
    again = service.stranger().post("/v1/passkeys/sign-in", json=first)
    assert again.status_code == 401, "a challenge counts once"
    stale = shown(teller)
    service.clock.ms += 11 * 60_000
    assert service.stranger().post("/v1/passkeys/sign-in", json=stale).status_code == 401


def test_another_users_passkey_proves_nothing_of_mine(service: Served, teller: Page) -> None:
    teller.context.clear_cookies()
    teller.goto(f"{service.url}/passkeys")
    steel = service.signed("steel")
    assert steel.post("/v1/me/passkey", json=shown(teller)).json()["code"] == "wrong_passkey"


def test_a_passkey_is_made_with_a_second_factor_of_now_and_removed_by_its_owner_alone(
    service: Served, teller: Page
) -> None:
    steel = service.signed("steel")
    (kept,) = service.running.users.passkeys("small-teller")
    assert steel.post(f"/v1/me/passkeys/{kept.id}/remove").status_code == 404
    service.clock.ms += 6 * 60_000
    for way in ("to-make", f"{kept.id}/remove"):
        assert steel.post(f"/v1/me/passkeys/{way}").json()["code"] == "second_factor"
    assert service.stranger().post("/v1/me/passkeys/to-make").status_code == 401
    me = signed_in(service, teller)
    client = as_browser(service, teller, me["csrf"])
    other = service.signed("cement")
    asked = client.post("/v1/me/passkeys/to-make").json()
    made = {"token": asked["token"], "credential": {}, "label": "x"}
    assert other.post("/v1/me/passkeys", json=made).json()["code"] == "wrong_passkey", "asked for by another"
    assert client.post(f"/v1/me/passkeys/{kept.id}/remove").json()["passkeys"] == []


def test_whatever_a_browser_sends_instead_of_a_passkey_is_answered(service: Served, teller: Page) -> None:
    """Parts of a true one altered, left out and replaced: none is let in, and nothing breaks."""
    me = signed_in(service, teller)
    client = as_browser(service, teller, me["csrf"])
    rng = Random(7)
    teller.goto(f"{service.url}/passkeys")
    while not teller.evaluate("csrf !== ''"):  # until the page has asked who is signed in
        teller.wait_for_timeout(20)
    true = shown(teller)["credential"]
    junk: tuple[Any, ...] = (None, "", 7, [], {}, "AAAA", "=", "\u0000", "x" * 2_000, {"a": {}})
    for _ in range(60):
        found = json.loads(json.dumps(true))
        place = rng.choice([found, found["response"]])
        name = rng.choice(list(place))
        if name == "response" and rng.random() < 0.5:
            continue
        place[name] = rng.choice(junk)
        for way, asked, more in (
            ("/v1/passkeys/sign-in", "/v1/passkeys/to-show", {}),
            ("/v1/me/passkeys", "/v1/me/passkeys/to-make", {"label": "x"}),
        ):
            token = client.post(asked).json()["token"]
            said = client.post(way, json={"token": token, "credential": found, **more})
            assert said.status_code in (400, 401), (way, name, place[name], said.text)
    assert [event for event, _ in service.noted if event == "broken"] == []


def test_an_address_of_numbers_has_no_passkeys(service: Served) -> None:
    port = service.url.rpartition(":")[2]
    said = httpx.post(f"http://127.0.0.1:{port}/v1/passkeys/to-show")
    assert (said.status_code, said.json()["place"]) == (400, "host")


def test_a_link_for_another_first_sign_in_ends_the_passkeys(service: Served) -> None:
    users: Users = service.running.users
    service.user("kiln")
    users.add_passkey("kiln", "k", b"public", 0, "lost telephone")
    said: Mapping[str, Any] = (
        service.stranger()
        .post("/v1/set-up", json={"token": users.invite("kiln"), "password": "another horse battery"})
        .json()
    )
    assert said["user"] == "kiln"
    assert users.passkeys("kiln") == []


def test_the_page_says_nothing_that_it_was_not_given(service: Served) -> None:
    said = service.stranger().get("/passkeys")
    policy = said.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in said.text
    assert '<header class="top">' in said.text, "it has the head of every page"


def test_the_page_shows_one_language(service: Served) -> None:
    """It had both side by side, whatever had been chosen."""
    with visiting(f"{service.url}/passkeys", locale="zh-CN") as page:
        page.get_by_role("button", name="通行密钥登录").wait_for()
        assert "Sign in" not in page.inner_text("body")
    with visiting(f"{service.url}/passkeys", locale="en-GB") as page:
        page.get_by_role("button", name="Sign in by passkey").wait_for()
        assert "登录" not in page.inner_text("body")
