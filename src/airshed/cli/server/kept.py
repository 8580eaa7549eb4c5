"""What the shell keeps of a sign-in, in a file that only its user reads: never a password."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import msgspec
import typer

from airshed.model.refusal import Malformed, Refusal, Why

if TYPE_CHECKING:
    from airshed.client import Client
    from airshed.service.http.shapes.problem import Problem

Server = Annotated[
    str,
    typer.Option(
        "--server", metavar="URL", help="A service instead of a file, after airshed sign-in.", show_default=False
    ),
]
#: What anybody is told.
MarketServer = Annotated[
    str,
    typer.Option(
        "--server", metavar="URL", help="A service instead of a file; it is told to anybody.", show_default=False
    ),
]
#: The code of an authenticator, for what is signed.
SigningCode = Annotated[
    str, typer.Option("--code", help="With --server: the one-time code of now.", show_default=False)
]


class KeptService(msgspec.Struct, frozen=True, omit_defaults=True):
    """One service."""

    user: str = ""
    actor: str = ""
    cookie: str = ""
    csrf: str = ""
    #: File of a machine's key, instead of a session.
    key: str = ""
    #: File of the certificates that are trusted beside those of the system; empty for these alone.
    authorities: str = ""


def place() -> Path:
    """The file."""
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "airshed" / "services.json"


def all_kept() -> dict[str, KeptService]:
    """By address."""
    try:
        return msgspec.json.decode(place().read_bytes(), type=dict[str, KeptService])
    except FileNotFoundError:
        return {}
    except msgspec.MsgspecError:
        raise Malformed(str(place()), "cannot be read", "remove it, and sign in anew") from None


def keep(found: dict[str, KeptService]) -> None:
    """Write the file, for this user alone."""
    path = place()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(found))
    half.rename(path)


@contextmanager
def client_of(server: str, *, anybody: bool = False) -> Iterator[Client]:
    """A client of a service, signed in, or as `anybody` where nobody is; what it answers no to is an error of one line,
    and what is of the book is not caught here."""
    from airshed.client import Client, Refused, key_in

    url = Client(server).url
    kept = all_kept().get(url)
    if kept is None and not anybody:
        raise Malformed("--server", f"nobody has signed in at {url}", f"airshed sign-in {url} --user NAME")
    known = kept or KeptService()
    key = key_in(Path(known.key)) if known.key else None
    authorities = Path(known.authorities) if known.authorities else None
    client = Client(url, cookie=known.cookie, csrf=known.csrf, key=key, authorities=authorities)
    try:
        with client:
            yield client
    except Refused as refused:
        fail_by(refused.problem, url)


def fail_by(problem: Problem, url: str) -> NoReturn:
    """The problem as the error that the same would be on a file."""
    if problem.place is not None and problem.what is not None and problem.cure is not None:
        raise Malformed(problem.place, problem.what, problem.cure) from None
    raise Malformed(
        url, problem.title.rstrip(".")[:1].lower() + problem.title.rstrip(".")[1:], problem.detail
    ) from None


def refusal_of(problem: Problem) -> Refusal | None:
    """The refusal of the book that a problem is; None where the service itself said no."""
    if not problem.type.startswith("urn:airshed:refusal:"):
        return None
    return Refusal(msgspec.convert(problem.code, Why), problem.detail, problem.article or "")


def no_file_too(server: str, **given: Any) -> None:
    """`Malformed` where options of a file are given together with a service."""
    for option, value in given.items():
        if value:
            name = f"--{option.replace('_', '-')}"
            raise Malformed(name, f"goes without --server {server}", "leave one of them out")
