"""Identities, passkeys, guesses and what was asked of a browser are kept alike in a file and in a database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from airshed.model.refusal import Malformed
from airshed.service.gateway.lockout import Guessed
from airshed.service.sign_in.nouns import Identity
from airshed.service.sign_in.users import Users, users_of
from services import KEPT, Clock, kept_book

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


def test_a_word_is_brought_back_once(users: Users) -> None:
    word = users.ask("what", "said")
    assert [users.answered("what", word) for _ in range(2)] == ["said", None]


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
        Guessed("", "nobody", 9.0, 1),
    ):
        users.remember(guessed)
    assert users.guesses() == [Guessed("1.2.3.4", "li", 400.0, 3)]
