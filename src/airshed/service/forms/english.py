"""What fields mean in English where many commands share them: words that stand above no field."""

from __future__ import annotations

import msgspec

from airshed.rulebook.comments import comments

#: Fields that mean the same wherever they stand; a `#:` comment above a field goes before these.
SHARED: dict[str, str] = {
    "account": "The account.",
    "actor": "The actor.",
    "auction": "Name of the auction.",
    "call": "Name of the call.",
    "buyer": "Account that buys.",
    "count": "How many allowances.",
    "day": "The day, in the time of the law.",
    "entry": "The moves that happen together or not at all.",
    "jurisdiction": "Code of the jurisdiction, as KM.",
    "order": "Number of the order.",
    "pollutant": "Code of the pollutant, as SO2.",
    "price": "The price.",
    "role": "The role.",
    "sector": "The sector.",
    "seller": "Account that sells.",
    "series": "The series, as SO2-KM-2027.",
    "side": "Buy or sell.",
    "source": "Name of the source.",
    "stack": "Name of the stack.",
    "limit": "The worst price accepted.",
    "vintage": "The year from which the allowances count.",
    "year": "The compliance year.",
}


def meaning(struct: type[msgspec.Struct], field: str) -> str:
    """What a field means: its own comment, else the word that all share; a field without either is an error."""
    said = comments(struct).get(field) or SHARED.get(field)
    if not said:
        raise LookupError(f"{struct.__name__}.{field} has no meaning: write a `#:` comment above it")
    return said
