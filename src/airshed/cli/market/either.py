"""A book or a service: which of them a command of `airshed market` reads."""

from __future__ import annotations

from airshed.cli.market.here import Here
from airshed.cli.market.place import MarketSource
from airshed.model.refusal import Malformed


def place_of(book: str, server: str, seq: int | None, at: str, command: str) -> MarketSource:
    """The book or the service that is named; `Malformed` where none is, or both."""
    if server:
        return _at_service(server, book, seq, at, command)
    if not book:
        raise Malformed(f"market {command}", "names no book", f"write airshed market {command} BOOK, or --server URL")
    return Here(book, seq, at)


def _at_service(server: str, book: str, seq: int | None, at: str, command: str) -> MarketSource:
    from airshed.cli.market.there import There

    if book:
        raise Malformed(f"market {command}", f"{book[:60]!a} goes without --server", "leave the book out")
    if seq is not None or at:
        option = "--at" if at else "--seq"
        raise Malformed(option, "goes without --server", "a service tells the market of now: ask a copy of the book")
    return There(server)
