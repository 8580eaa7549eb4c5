"""The users of a service beside its book, and never in it: who signs in, and as which actor of the book they act.

Nothing of it is ever in the book: no password, no session, no address. The actor of a user is set when the user is made
and does not change; who is to act as somebody else gets a user of that name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from airshed.service.book.addressed import have_driver
from airshed.service.book.places import in_database
from airshed.service.sign_in.guesses import Guesses
from airshed.service.sign_in.machine_keys import MachineKeys
from airshed.service.sign_in.passkeys import Passkeys
from airshed.service.sign_in.sessions import Sessions
from airshed.service.sign_in.steps import STEPS
from airshed.service.sign_in.store_file import StoreHere, beside

#: The user that the first start makes.
FIRST = "administrator"


def users_of(book: Path | str, clock: Callable[[], int]) -> Users:
    """The users of a book, wherever it lies."""
    if not in_database(book):
        return Users(StoreHere(beside(Path(book)), STEPS), clock)
    have_driver()
    from airshed.service.sign_in.store_postgresql import StoreThere

    return Users(StoreThere(str(book), STEPS), clock)


class Users(MachineKeys, Sessions, Passkeys, Guesses):
    """The users of a service in a store: who they are, their sessions, passkeys and keys, and what was guessed."""

    def close(self) -> None:
        """Let go of the store."""
        self._sql.close()
