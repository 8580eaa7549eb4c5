"""An answer that says no."""

from __future__ import annotations

import msgspec

from airshed.model.provenance import Provenance


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer that says no: `application/problem+json` (RFC 9457)."""

    #: `urn:airshed:problem:` or `urn:airshed:refusal:` with the code.
    type: str
    #: What the code says, in English.
    title: str
    #: The same in Chinese.
    title_zh: str
    #: The status of the answer.
    status: int
    #: The code: of `docs/reference/refusals.md`, or one of the service's own.
    code: str
    #: The thing, the place and the cure.
    detail: str
    #: The same in Chinese.
    detail_zh: str | None = None
    #: The article that a refusal rests on.
    article: str | None = None
    #: The place of what is malformed, what is wrong there, and the cure.
    place: str | None = None
    what: str | None = None
    cure: str | None = None
    #: Number and hash of the record of a refusal.
    seq: int | None = None
    hash: str | None = None
    #: Who sent the command, under which key, and whether the record stood in the book before.
    actor: str | None = None
    key: str | None = None
    answered: bool | None = None
    #: What the book is.
    provenance: Provenance | None = None
