"""What the figures of each command are that come from no book: a book says it of itself."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.model.provenance import Figures, Kind, Told

#: Words that call a command: what it shows. Nothing stands for the word of the book that is read or made.
OF_COMMAND: dict[str, tuple[Kind, ...]] = {
    "demo": (),
    "allocate": ("given", "assumed", "simulated"),
    "replay": (),
    "sim": ("simulated",),
    "rules check": ("law",),
    "rules show": ("law",),
    "rules copy": ("law",),
    "rules diff": ("law",),
    "hj212 decode": ("given",),
    "hj212 explain": ("given",),
    "gateway": ("given",),
    "gateway ask": ("given",),
    "gateway status": ("given",),
    "gateway gaps": ("given",),
    "gateway refused": ("given",),
    "gateway measure": ("measured",),
    "zone check": ("published", "assumed", "simulated"),
    "zone works": ("published",),
    "zone quoted": ("published",),
    "zone copy": ("published", "assumed", "simulated"),
    "zone caps": ("assumed", "simulated"),
    "zone draw": ("published", "assumed", "simulated"),
    "simulate stacks": ("simulated",),
    "simulate sector": ("simulated",),
    "simulate device": ("simulated",),
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
    "mrv balance": ("given",),
    "mrv leaks": ("given", "published"),
    "auction buy-back": ("given",),
    "auction clear": ("given",),
    "call clear": ("given",),
    "call check": ("given",),
    "call matrix": ("assumed", "simulated"),
    "market depth": (),
    "market tape": (),
    "market bars": (),
    "market summary": (),
    "market interest": (),
    "market index": (),
    "market export": (),
    "market page": (),
    "book show": (),
    "book new": (),
    "book adopt": (),
    "book send": (),
    "book statement": (),
    "book reserve": (),
    "book buy-back": (),
    "book checks": (),
    "book seal": ("given",),
    "book call": (),
    "book proof": (),
    "book verify": (),
    "book head": (),
    "book export": (),
    "book preview": (),
    "book copy": (),
    "book convert": (),
    "lab brief": ("published", "assumed", "simulated"),
    "lab methods": ("assumed", "simulated"),
    "lab prices": ("published", "assumed"),
    "lab formula": ("given", "published"),
    "lab tax": ("given", "published", "assumed"),
    "lab guide": ("assumed", "simulated"),
    "lab equilibrium": ("given", "assumed", "simulated"),
    "lab check": ("given",),
    "lab linking": ("published", "assumed", "simulated"),
    "lab cocontrol": ("given", "assumed", "simulated"),
    "lab collar": ("assumed", "simulated"),
    "lab frictions": ("assumed", "simulated"),
    "lab agents": ("assumed", "simulated"),
    "lab run": ("assumed", "simulated"),
    "lab scenarios": ("assumed",),
    "lab sensitivity": ("assumed", "simulated"),
    "lab replay": (),
    "lab examples": ("assumed", "simulated"),
}


def of_command(words: Sequence[str]) -> Told | None:
    """What the figures of a command are by its words; None where a book says it.

    >>> of_command(["lab", "prices", "--json"])
    Figures(of=('published', 'assumed'))
    >>> of_command(["market", "tape", "a.book"])
    """
    for many in (2, 1):
        kinds = OF_COMMAND.get(" ".join(words[:many]))
        if kinds:
            return Figures(kinds)
    return None
