"""What the figures of each command are that come neither from a book nor from rows, which say it of themselves."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.model.provenance import Figures, Kind, Told

#: A command, or a group for all of its commands that are not named beside it: what it shows. Nothing stands for the
#: word of the book that is read or made, or of the rows that it computes with (`airshed.cli.show.resting`).
OF_COMMAND: dict[str, tuple[Kind, ...]] = {
    "demo": (),
    "report": (),
    "allocate": (),
    "replay": (),
    "sim": ("simulated",),
    "rules": ("law",),
    "hj212": ("given",),
    "gateway": ("given",),
    "gateway measure": (),
    "zone check": (),
    "zone works": ("published",),
    "zone quoted": ("published",),
    "zone copy": ("published", "assumed", "simulated"),
    "zone new": ("assumed",),
    "zone convert": ("given",),
    "zone caps": (),
    "zone draw": ("published", "assumed", "simulated"),
    "simulate": ("simulated",),
    "mrv run": ("given",),
    "mrv readings": ("given",),
    "mrv explain": ("given",),
    "mrv limits": ("law",),
    "mrv page": ("given",),
    "mrv completeness": ("given",),
    "mrv exceedances": ("given",),
    "mrv meter-price": ("assumed", "simulated"),
    "mrv factors": ("published", "assumed"),
    "mrv estimate": ("given", "published", "assumed"),
    "mrv co2": ("given", "published", "assumed"),
    "mrv manual": ("given",),
    "mrv quality": ("given",),
    "mrv balance": ("given",),
    "mrv leaks": ("given", "published"),
    "mrv estimates": ("given", "published"),
    "auction buy-back": ("given",),
    "auction clear": ("given",),
    "call clear": ("given",),
    "call check": ("given",),
    "call matrix": ("assumed", "simulated"),
    "registry": ("given",),
    "compliance": ("given",),
    "market": (),
    "book": (),
    "act": (),
    "serve": (),
    "user": (),
    "sign-in": (),
    "sign-out": (),
    "user new-key": ("given",),
    "book seal": ("given",),
    "sealed": (),
    "proof": (),
    "proof key": ("given",),
    "proof cosign": ("given",),
    "proof attach": ("given",),
    "proof check": ("given",),
    "lab brief": (),
    "lab methods": (),
    "lab study": ("published", "assumed"),
    "lab prices": ("published", "assumed"),
    "lab formula": ("given", "published"),
    "lab tax": ("given", "published", "assumed"),
    "lab guide": (),
    "lab equilibrium": (),
    "lab bridge": (),
    "lab check": ("given",),
    "lab linking": (),
    "lab cocontrol": ("given",),
    "lab two-laws": ("assumed", "simulated"),
    "lab collar": (),
    "lab frictions": (),
    "lab agents": ("assumed", "simulated"),
    "lab run": ("assumed", "simulated"),
    "lab scenarios": ("assumed",),
    "lab sensitivity": ("assumed", "simulated"),
    "lab replay": (),
    "lab examples": ("assumed", "simulated"),
}


def of_command(words: Sequence[str]) -> Told | None:
    """What the figures of a command are by its words; None where a book or rows say it.

    >>> of_command(["lab", "prices", "--json"])
    Figures(of=('published', 'assumed'))
    >>> of_command(["market", "tape", "a.book"])
    """
    kinds = OF_COMMAND[entry_of(words)]
    return Figures(kinds) if kinds else None


def entry_of(words: Sequence[str]) -> str:
    """The entry that holds for a command: its own, else that of its group; of what is no command, of a book."""
    return next((name for many in (2, 1) if (name := " ".join(words[:many])) in OF_COMMAND), "book")
