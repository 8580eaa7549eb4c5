"""How the commands that write to a book take an instant, and print what was answered."""

from __future__ import annotations

from typing import Any

from airshed.cli.show import as_json, console, instant_of


def say(answers: list[Any], json: bool) -> None:
    for answer in answers:
        if json:
            as_json({"seq": answer.seq, "hash": answer.hash, "events": answer.events, "refusal": answer.refusal})
        elif answer.refusal is not None:
            console.print(f"{answer.seq} refused: {answer.refusal.why} ({answer.refusal.cite})")
            console.print(f"  {answer.refusal.detail}")
        else:
            console.print(f"{answer.seq} {', '.join(type(event).__name__ for event in answer.events)}")


def instant_or_now(text: str) -> int:
    """Milliseconds of a Beijing wall time, or of now."""
    from time import time

    return instant_of(text, "--at") if text else int(time() * 1000)
