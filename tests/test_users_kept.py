"""Identities, passkeys, guesses and what was asked of a browser are kept alike in a file and in a database."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from airshed.model.refusal import Malformed
from airshed.service.book.kept import Lost
from airshed.service.gateway.lockout import Guessed
from airshed.service.sign_in.addresses import DAY_MS, Addresses, Heard
from airshed.service.sign_in.nouns import Identity, Nonce
from airshed.service.sign_in.steps import STEPS
from airshed.service.sign_in.store import PATIENCE_MS, WEARY_S, Patience
from airshed.service.sign_in.store_file import StoreHere
from airshed.service.sign_in.users import Users, users_of
from services import KEPT, PASSWORD, Clock, RealClock, kept_book, market_book, served
from shells import MANNER

ISSUER = "https://login.example"


@pytest.fixture(scope="module", params=KEPT)
def users(request: pytest.FixtureRequest) -> Iterator[Users]:
    found = users_of(kept_book(request), Clock())
    found.add("li", "steel")
    yield found
    found.close()


def test_a_user_is_linked_once_and_unlinked(users: Users) -> None:
    users.link("li", ISSUER, "sub", "1")
    assert users.linked(ISSUER, "sub", "1") == users.known("li")
    assert users.linked(ISSUER, "email", "1") is None
    assert users.identities() == [Identity(ISSUER, "sub", "1", "li")]
    with pytest.raises(Malformed, match="is linked already"):
        users.link("li", ISSUER, "sub", "1")
    token, _ = users.begin(users.known("li"), 0, subject="1", provider_session="s")
    assert users.end_of_provider("1", "another") == 0
    assert users.end_of_provider("1", "s") == 1
    assert users.session(token) is None
    users.unlink("li")
    assert users.known("li").state == "invited"


def test_a_locked_user_gets_no_link(users: Users) -> None:
    users.lock("li")
    with pytest.raises(Malformed, match="unlock the user first"):
        users.invite("li")
    users.unlock("li")
    assert users.invited(users.invite("li")) is not None


def test_a_word_is_brought_back_once(users: Users) -> None:
    word = users.ask("what", "said")
    assert [users.answered("what", word) for _ in range(2)] == ["said", None]


def test_a_clock_that_goes_back_makes_no_nonce_new(users: Users) -> None:
    clock = users._clock
    assert isinstance(clock, Clock)
    begin = clock.ms
    nonce = Nonce("k", "n", begin + 120_000)
    assert users.first_uses([nonce, nonce]) == [True, False]
    clock.ms = begin + 200_000
    assert users.first_uses([Nonce("k", "later", clock.ms + 120_000)]) == [True]
    clock.ms = begin + 60_000
    assert users.first_uses([nonce]) == [False], "it was forgotten"
    assert users.first_uses([Nonce("k", "new", begin + 210_000)]) == [True]
    clock.ms = begin


@pytest.mark.parametrize("ahead_ms", [8 * 3_600_000, 40 * 86_400_000])
def test_a_clock_that_was_ahead_keeps_machines_out_for_half_a_minute(users: Users, ahead_ms: int) -> None:
    """It kept them out for as long as it had been ahead: eight hours, where Beijing was taken for Greenwich."""
    clock, told = users._clock, list[int]()
    assert isinstance(clock, Clock)
    begin = clock.ms = clock.ms + 10 * ahead_ms
    users.went_back = told.append
    before = Nonce("k", f"before {ahead_ms}", begin + 120_999)
    assert users.first_uses([before]) == [True]
    clock.ms = begin + ahead_ms
    assert users.first_uses([Nonce("k", f"ahead {ahead_ms}", clock.ms + 120_999)]) == [True]

    for later, taken in ((0, False), (1_000, False), (29_000, False), (31_000, True)):
        clock.ms = begin + later
        assert users.first_uses([before]) == [False], "it was forgotten"
        nonce = Nonce("k", f"after {ahead_ms} {later}", clock.ms + 120_999)
        assert users.first_uses([nonce, nonce]) == [taken, False]
    assert told == [ahead_ms]


def test_a_passkey_is_kept_used_and_ended(users: Users) -> None:
    users.add_passkey("li", "k", b"public", 0, "laptop")
    users.used_passkey("k", 3)
    (kept,) = users.passkeys("li")
    assert (kept.public, kept.shown, kept.used_at > 0) == (b"public", 3, True)
    with pytest.raises(Malformed, match="is kept already"):
        users.add_passkey("li", "k", b"public", 0, "laptop")
    assert [users.end_passkey(user, "k") for user in ("wang", "li")] == [False, True]


def test_what_was_guessed_is_kept_with_its_last_count(users: Users) -> None:
    for guessed in (
        Guessed("1.2.3.4", "li", 300.0, 2),
        Guessed("1.2.3.4", "li", 400.0, 3),
        Guessed("", " blinded", 500.0, 1),
    ):
        users.remember(guessed)
    assert users.guesses() == [Guessed("1.2.3.4", "li", 400.0, 3), Guessed("", " blinded", 500.0, 1)]


def test_a_salt_is_drawn_once(users: Users) -> None:
    assert users.salt("guesses") == users.salt("guesses")
    assert users.salt("guesses") != users.salt("another")


def test_an_address_is_kept_with_what_it_heard_and_how_often_it_was_refused(users: Users) -> None:
    clock = users.addresses._clock
    assert isinstance(clock, Clock)
    at, here = "li@works.example", users.addresses
    assert here.confirm("li", here.ask("li", at, "en"), 7)
    here.heard([Heard("li", at, 9), Heard("li", "another@works.example", 12)])
    here.heard([Heard("li", at, 8)])
    known = here.of("li")
    assert known is not None
    assert (known.address, known.heard, known.refused) == (at, 9, False)
    for refused in (False, False, True):
        clock.ms += DAY_MS
        assert [here.refused("li", at) for _ in range(3)] == [refused] * 3, "once a day"
    known = here.of("li")
    assert known is not None
    assert (known.address, known.refused) == (at, True)
    assert here.confirm("li", here.ask("li", at, "en"), 7)
    assert not here.refused("li", at), "it is proven anew"


def test_a_store_of_before_takes_the_steps_that_came_since(tmp_path: Path) -> None:
    refused = next(place for place, step in enumerate(STEPS) if "refusals" in step[0])
    with closing(StoreHere(tmp_path / "users", STEPS[:refused])) as before:
        before.execute("INSERT INTO addresses VALUES ('li', 'li@works.example', 'en', 7, '', '', 0, 0, 0, 0)")
    with closing(StoreHere(tmp_path / "users", STEPS)) as store:
        known = Addresses(store, Clock()).of("li")
    assert known is not None
    assert (known.address, known.heard, known.refused) == ("li@works.example", 7, False)


def test_a_file_that_somebody_holds_is_away_for_a_while(tmp_path: Path) -> None:
    with served(market_book(tmp_path)) as service, closing(sqlite3.connect(service.running.users.path)) as held:
        held.execute("BEGIN IMMEDIATE")
        said = service.stranger().post("/v1/hand-over", json={})
        assert (said.status_code, said.json()["code"], said.headers["Retry-After"]) == (503, "away", "2")
        held.rollback()
        assert service.stranger().post("/v1/hand-over", json={}).status_code == 200


def test_who_waited_in_vain_waits_no_more_for_a_while() -> None:
    """Statements run where everybody is served: all of them together hold that up for a twentieth of the time."""
    now = [0.0]
    patience = Patience(lambda: now[0])
    waited = 0
    for _ in range(1_000):  # ten seconds of questions while somebody holds what they change
        waited += patience.ms
        now[0] += patience.ms / 1000 + 0.009
        patience.spent()
    assert waited / 1000 < now[0] / 10
    now[0] += WEARY_S
    assert patience.ms == PATIENCE_MS


@pytest.mark.parametrize("kept", KEPT)
def test_a_store_that_is_held_is_waited_for_once(kept: str, request: pytest.FixtureRequest) -> None:
    """The second who asks hears at once that it is away."""
    place = kept_book(request, kept)
    with closing(users_of(place, Clock())) as users, closing(users_of(place, Clock())) as others:
        patience = users._sql._patience  # type: ignore[attr-defined]
        with others._sql.transaction():
            others._sql.execute("INSERT INTO salts VALUES (?, ?)", ("held", b"salt"))
            for waits_ms in (PATIENCE_MS, 0):
                assert patience.ms == waits_ms
                with pytest.raises(Lost):
                    users.salt("held")
        assert users.salt("held") == b"salt", "it is not waited for, and there again as soon as it is let go"


def test_a_file_that_finds_no_room_is_away_until_there_is_some(tmp_path: Path) -> None:
    store = StoreHere(tmp_path / "users", STEPS)
    with closing(store):
        add = "INSERT INTO salts VALUES (?, ?)"
        pages = int(store.execute("PRAGMA page_count").fetchone()[0])
        store.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(Lost, match="the disk is full"):
            store.execute(add, ("large", bytes(100_000)))
        store.execute(f"PRAGMA max_page_count={pages + 100}")
        store.execute(add, ("large", bytes(100_000)))
        assert store.execute("SELECT count(*) FROM salts").fetchone()[0] == 1


def test_a_shell_beside_a_running_service_and_the_service_see_the_same_users(tmp_path: Path) -> None:
    """The service has several connections to the file: opening one must not take the locks of the others."""
    book = market_book(tmp_path)

    def airshed(*words: str) -> str:
        said = subprocess.run(
            [sys.executable, "-m", "airshed", "user", words[0], book, *words[1:]],
            env={**os.environ, **MANNER},
            capture_output=True,
            text=True,
            timeout=600,
            check=True,
        )
        return said.stdout

    with served(book, clock=RealClock()) as service:
        chief = service.signed("chief", actor="", admin=True)
        assert "chief" in airshed("list")
        token = airshed("add", "kiln", "--actor", "kiln").partition("token=")[2].split()[0]
        told = service.stranger().post("/v1/set-up", json={"token": token, "password": PASSWORD})
        assert told.status_code == 200
        assert "kiln" in [user["user"] for user in chief.get("/v1/users").json()["users"]]
        airshed("lock", "chief")
        assert chief.get("/v1/me").status_code == 401
        assert not []
    there = airshed("list")
    assert "chief" in there
    assert "kiln" in there, "what the service wrote is there when it is gone"
