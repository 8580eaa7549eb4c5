"""A shell gets the session of whoever enters its code in a browser, and nobody else does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from airshed.client import Client
from airshed.client.connection import Refused
from airshed.engine import commands as c
from airshed.model.refusal import Malformed
from airshed.service.http.shapes.sign_in import HandOver
from airshed.service.sign_in.sessions import ASKED_MS, IDLE_MS, WHOLE_MS
from services import Served, market_book, served
from shells import MANNER


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(market_book(tmp_path_factory.mktemp("handed"))) as found:
        yield found


def asked(service: Served) -> HandOver:
    """A shell asks for a code."""
    return HandOver(**service.stranger().post("/v1/hand-over").json())


def taken(service: Served, word: str) -> httpx.Response:
    """What a shell hears of its code, with a client that keeps the session."""
    return service.stranger().post("/v1/hand-over/take", json={"word": word})


def entered(browser: httpx.Client, code: str) -> httpx.Response:
    """Somebody who is signed in enters a code on the page."""
    there = browser.get("/hand-over")
    assert there.status_code == 200, there.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', there.text)
    assert csrf is not None
    return browser.post("/hand-over", data={"csrf": csrf[1], "code": code})


def test_a_shell_acts_as_who_has_entered_its_code(service: Served) -> None:
    browser = service.signed("wang", actor="steel")
    shown: list[HandOver] = []

    def show(told: HandOver) -> None:
        shown.append(told)
        assert told.page == f"{service.url}/hand-over"
        done = entered(browser, told.code.lower().replace("-", " "))
        assert done.status_code == 200
        assert "acts as wang now" in done.text

    with closing(Client(service.url)) as shell:
        told = shell.sign_in_by_browser(show)
        assert (told.user, told.actor) == ("wang", "steel")
        assert shell.me().actor == "steel"
        (told_of,) = shell.send_several([("one", c.FreezeAccount("cement", "not for a firm"))])
        assert told_of.seq is not None, "it acts as steel, whom the law refuses in a record"
        shell.sign_out()
        with pytest.raises(Refused, match="not_signed_in"):
            shell.me()
    assert browser.get("/v1/me").status_code == 200, "the browser stays signed in"
    (asking,) = shown
    assert asking.word not in repr(service.noted)
    assert asking.code not in repr(service.noted)
    assert ("handed_over", {"user": "wang", "to": "127.0.0.1"}) in service.noted


def test_the_command_of_the_shell_shows_the_code_and_waits(service: Served, tmp_path: Path) -> None:
    browser = service.signed("li", actor="cement")
    words = [sys.executable, "-m", "airshed", "sign-in", service.url, "--browser"]
    mine = {**os.environ, **MANNER, "XDG_CONFIG_HOME": str(tmp_path)}
    with subprocess.Popen(words, env=mine, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as shell:
        assert shell.stderr is not None
        line = shell.stderr.readline()
        code = re.search(r"enter ([A-Z]{4}-[A-Z]{4})", line)
        assert code is not None, line
        assert entered(browser, code[1]).status_code == 200
        said, _ = shell.communicate(timeout=600)
    assert shell.returncode == 0
    assert "li acts as cement" in said
    again = subprocess.run(
        [sys.executable, "-m", "airshed", "book", "show", "--server", service.url, "accounts"],
        env=mine,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cement" in again.stdout


def test_a_code_and_a_word_count_once_and_for_ten_minutes(service: Served) -> None:
    browser = service.signed("once", actor="steel")
    first = asked(service)
    assert taken(service, first.word).json() == {"signed_in": None}, "nobody has entered it"
    assert entered(browser, first.code).status_code == 200
    assert entered(browser, first.code).status_code == 404
    done = taken(service, first.word)
    assert done.json()["signed_in"]["user"] == "once"
    assert "HttpOnly; SameSite=Strict" in done.headers["set-cookie"]
    assert taken(service, first.word).json() == {"signed_in": None}
    late = asked(service)
    service.clock.ms += ASKED_MS + 1
    assert entered(browser, late.code).status_code == 404
    other = asked(service)
    assert entered(browser, other.code).status_code == 200
    service.clock.ms += ASKED_MS + 1
    assert taken(service, other.word).json() == {"signed_in": None}


def test_what_was_given_ends_with_the_session_that_gave_it_or_its_user(service: Served) -> None:
    for end in ("sign-out", "lock"):
        browser = service.signed(f"ends by {end}", actor="steel")
        told = asked(service)
        assert entered(browser, told.code).status_code == 200
        if end == "lock":
            service.running.users.lock(f"ends by {end}")
        else:
            browser.post("/v1/sign-out")
        assert taken(service, told.word).json() == {"signed_in": None}


def test_a_shell_is_signed_in_no_longer_than_who_gave_it_its_session_however_often_it_is_handed_on(
    service: Served,
) -> None:
    browser = service.signed("hands on", actor="steel")
    shells = [browser]
    for _ in range(2):
        service.clock.ms += 60_000
        told = asked(service)
        assert entered(shells[-1], told.code).status_code == 200
        shell = service.stranger()
        assert shell.post("/v1/hand-over/take", json={"word": told.word}).json()["signed_in"]["user"] == "hands on"
        shells.append(shell)
    begun = service.clock.ms - 2 * 60_000
    while service.clock.ms < begun + WHOLE_MS:
        assert [each.get("/v1/me").status_code for each in shells] == [200, 200, 200]
        service.clock.ms += IDLE_MS // 2
    assert [each.get("/v1/me").status_code for each in shells] == [401, 401, 401]


def test_who_signs_out_signs_out_the_shells_too(service: Served) -> None:
    browser, shells = service.signed("signs out", actor="steel"), []
    giver = browser
    for _ in range(2):
        told = asked(service)
        entered(giver, told.code)
        giver = service.stranger()
        giver.post("/v1/hand-over/take", json={"word": told.word})
        shells.append(giver)
    assert [each.get("/v1/me").status_code for each in shells] == [200, 200]
    browser.post("/v1/sign-out")
    assert [each.get("/v1/me").status_code for each in shells] == [401, 401]


def test_an_act_is_signed_by_no_session_that_was_handed_over_without_a_code(service: Served) -> None:
    browser = service.signed("signs", actor="small-bureau")
    told = asked(service)
    entered(browser, told.code)
    shell = service.stranger()
    csrf = shell.post("/v1/hand-over/take", json={"word": told.word}).json()["signed_in"]["csrf"]
    headers = {"X-CSRF-Token": csrf, "Idempotency-Key": "confirm"}
    no = shell.post("/v1/commands/ConfirmAct", json={"act": 1}, headers=headers)
    assert no.json()["code"] == "second_factor"
    yes = shell.post(
        "/v1/commands/ConfirmAct", json={"act": 1}, headers={**headers, "Airshed-Code": service.code("signs")}
    )
    assert yes.json()["code"] != "second_factor"


def test_a_code_is_entered_by_who_is_signed_in_on_a_page_of_the_service_alone(service: Served) -> None:
    told = asked(service)
    stranger, browser = service.stranger(), service.signed("page", actor="steel")
    assert stranger.get("/hand-over").status_code == 401
    assert stranger.post("/hand-over", data={"csrf": "", "code": told.code}).status_code == 401
    csrf = browser.headers["X-CSRF-Token"]
    assert browser.post("/hand-over", data={"csrf": "another", "code": told.code}).status_code == 403
    elsewhere = {"Origin": "https://evil.example"}
    assert browser.post("/hand-over", data={"csrf": csrf, "code": told.code}, headers=elsewhere).status_code == 403
    assert taken(service, told.word).json() == {"signed_in": None}
    assert "<script" not in browser.get("/hand-over").text


def test_codes_are_not_guessed(service: Served) -> None:
    browser = service.signed("guesser", actor="steel")
    told = asked(service)
    said = [entered(browser, "BBBB-BBBB").status_code for _ in range(8)]
    assert said[0] == 404
    assert said[-1] == 429
    assert entered(browser, told.code).status_code == 429, "nor is the right one taken then"


def test_a_code_that_nobody_enters_is_told(service: Served) -> None:
    now = [0.0]

    def wait(seconds: float) -> None:
        now[0] += seconds * 60

    with (
        closing(Client(service.url, wait=wait, now=lambda: now[0])) as shell,
        pytest.raises(Malformed, match="nobody has entered the code in time"),
    ):
        shell.sign_in_by_browser(lambda told: None)
