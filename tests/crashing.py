"""The process that test_crash.py kills: it sends groups of commands to a book and prints every answer it got."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from airshed.engine import commands as c
from airshed.engine.runner import Answer, Runner
from airshed.lab.simulator.small_market import BANK
from airshed.service.book.sqlite import Book
from laws import RULES
from markets import AT, SERIES


def group(number: int) -> list[tuple[c.Command, int]]:
    """The commands of one group, the same in every process: money, orders that match, and one that is refused."""
    at = AT + number
    bodies: list[tuple[str, c.Body]] = [
        (BANK, c.Deposit("broker", 1_000_000 + number)),
        ("steel", c.PlaceOrder("steel", SERIES, "sell", 300, 400_000)),
        ("broker", c.PlaceOrder("broker", SERIES, "buy", 200, 400_000)),
        ("steel", c.CancelOrder(number)),
        ("broker", c.Transfer("broker", "steel", SERIES, 150 + number % 40)),
        ("broker", c.PlaceOrder("broker", SERIES, "buy", 101, 400_000)),
    ]
    return [(c.Command(actor, f"g{number}-{place}", body), at) for place, (actor, body) in enumerate(bodies)]


def said(answers: list[Answer]) -> str:
    """What the process prints of a group that was answered."""
    return " ".join(f"{answer.seq}:{answer.hash}" for answer in answers)


def main(path: str, first: str) -> None:
    """Send groups for ever, from `first` on."""
    with Book.open(Path(path)) as book:
        runner = Runner(book, RULES)
        for number in count(int(first)):
            print(number, said(runner.send_all(group(number))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
