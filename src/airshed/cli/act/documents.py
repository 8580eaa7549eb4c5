"""A document is named in the book by its digest: `--evidence @FILE` reads the file, and the file stays where it is."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import file_digest
from typing import TYPE_CHECKING

from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    import msgspec

SIGN = "@"


def with_digests(kind: type[msgspec.Struct], fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What was written, with the SHA-256 of each file that stands where a digest is expected."""
    from airshed.service.forms.form import slots, title_of

    digests = {slot.option for slot in slots(kind) if title_of(slot.kind).startswith("SHA-256")}
    return [
        (option, _digest(text.removeprefix(SIGN), f"--{option}"))
        if option in digests and text.startswith(SIGN)
        else (option, text)
        for option, text in fields
    ]


def _digest(path: str, place: str) -> str:
    try:
        with open(path, "rb") as document:
            return file_digest(document, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Malformed(
            place, f"{path[:100]}: {why.lower()}", "write @ and the path of a file, or its SHA-256"
        ) from None
