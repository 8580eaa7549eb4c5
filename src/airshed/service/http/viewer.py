"""What somebody may read: everybody what is public, a holder its own, a bureau its jurisdiction, an office the zone.

It follows from the actors of the book and from the columns of its tables: a row is of the accounts that it names, of
whom answers for its source or stack, and of whoever acted. For a
table nothing is said here but whether it is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from airshed.engine.events import SourceRegistered
from airshed.engine.journal import decode
from airshed.engine.tables import BY_NAME, Table
from airshed.model.period import day_of
from airshed.service.book.embargo import Embargo, embargo, reads_early
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import law_of

#: Tables that everybody reads, signed in or not: the law, the caps, prices and what is offered, and public statements.
PUBLIC = frozenset(
    (
        *("provenance", "rulebooks", "caps", "cancellations", "write_offs", "flows", "flow_controls"),
        *("sales", "tenders", "auctions", "calls", "zone_calls", "zone_rounds", "zone_limits", "sealings"),
        *("opens", "closes", "halts"),
    )
)
#: Tables of which everybody reads the rows whose year is public.
PUBLISHED = frozenset(("years",))
#: The role that reads what is public and no more, whatever the law binds it to.
PUBLIC_ROLE = "public"
#: Columns that name an account of the row.
ACCOUNTS = (
    "account",
    "origin",
    "target",
    "buyer",
    "seller",
    "pledgor",
    "pledgee",
    "lessor",
    "lessee",
)
#: Tables whose rows are of something in another table.
PARTS = {"payments": ("purchases", "purchase")}

Reads = Literal["public", "account", "jurisdiction", "zone"]


class Viewer(NamedTuple):
    """Who reads."""

    reads: Reads
    #: The account or the jurisdiction.
    of: str = ""
    #: What of the figures of years is public for who reads no more than that; None for who reads them early.
    public: Embargo | None = None
    #: What of them is public for everybody, whoever reads.
    for_all: Embargo | None = None

    def __str__(self) -> str:
        return f"{self.reads} {self.of}".strip()


class Condition(NamedTuple):
    """A condition of SQL with its values."""

    sql: str
    values: tuple[Any, ...]


def viewer_of(book: KeptBook, actor: str, at: int) -> Viewer:
    """What an actor may read at an instant, as the book stands; who is suspended, or nobody, what everybody does."""
    asked = "SELECT role, account, jurisdiction FROM actors WHERE actor = ? AND state = 'active'"
    role, account, jurisdiction = book.sql.execute(asked, (actor,)).fetchone() or (PUBLIC_ROLE, "", "")
    rules = law_of(book)
    public = embargo(rules, day_of(at))
    if account:
        return Viewer("account", account, public, public)
    if role == PUBLIC_ROLE:
        return Viewer("public", "", public, public)
    early = None if reads_early(rules, role) else public
    return Viewer("jurisdiction" if jurisdiction else "zone", jurisdiction, early, public)


def names_somebody(table: Table) -> bool:
    """Whether a column of a table says whose a row is."""
    return table.name in PARTS or bool(
        {column.name for column in table.parts} & {*ACCOUNTS, "source", "stack", "actor"}
    )


#: What somebody reads of a table: every row, those of years that are published, those that are theirs, those of their
#: jurisdiction, or none.
Reach = Literal["all", "published", "own", "place", ""]


def reach(table: Table, reads: Reads) -> Reach:
    """The same in a word, for whoever writes it down; `condition` is what holds."""
    if reads == "zone" or table.name in PUBLIC:
        return "all"
    if reads == "public":
        return "published" if table.name in PUBLISHED else ""
    mine = names_somebody(BY_NAME[PARTS[table.name][0]]) if table.name in PARTS else names_somebody(table)
    if reads == "account":
        return "own" if mine else ""
    return "place" if mine or "jurisdiction" in {column.name for column in table.parts} else ""


def condition(book: KeptBook, table: Table, viewer: Viewer) -> Condition | None:
    """Which rows of a table somebody may read; None where none of them can be theirs."""
    if viewer.reads == "zone" or table.name in PUBLIC:
        return Condition("1 = 1", ())
    published, public = [], viewer.public or viewer.for_all
    if table.name in PUBLISHED and public is not None:
        published = [Condition("year <= ?", (public.emissions,))]
    if viewer.reads == "public":
        return published[0] if published else None
    names = {column.name for column in table.parts}
    if table.name in PARTS:
        of, key = PARTS[table.name]
        inner = condition(book, BY_NAME[of], viewer)
        return (
            None if inner is None else Condition(f"{key} IN (SELECT {key} FROM {of} WHERE {inner.sql})", inner.values)
        )
    found: list[Condition] = [*published]
    if viewer.reads == "account":
        found += [Condition(f"{name} = ?", (viewer.of,)) for name in ACCOUNTS if name in names]
        sources = Condition("SELECT source FROM sources WHERE account = ?", (viewer.of,))
        actors = Condition("SELECT actor FROM actors WHERE account = ?", (viewer.of,))
    else:
        inside = "IN (SELECT account FROM accounts WHERE jurisdiction = ?)"
        found += [Condition(f"{name} {inside}", (viewer.of,)) for name in ACCOUNTS if name in names]
        if "jurisdiction" in names:
            found.append(Condition("jurisdiction = ?", (viewer.of,)))
        sources = Condition("SELECT source FROM sources WHERE jurisdiction = ?", (viewer.of,))
        accounts = "SELECT account FROM accounts WHERE jurisdiction = ?"
        of_place = f"SELECT actor FROM actors WHERE jurisdiction = ? OR account IN ({accounts})"
        actors = Condition(of_place, (viewer.of, viewer.of))
    if "source" in names:
        found.append(Condition(f"source IN ({sources.sql})", sources.values))
    if "stack" in names:
        mine = {row[0] for row in book.sql.execute(sources.sql, sources.values)}
        stacks = tuple(stack for stack, source in stacks_of(book).items() if source in mine)
        if stacks:
            found.append(Condition(f"stack IN ({', '.join('?' * len(stacks))})", stacks))
    if "actor" in names and not {"account", "source", "stack"} & names:
        found.append(Condition(f"actor IN ({actors.sql})", actors.values))
    if not found:
        return None
    values = tuple(value for each in found for value in each.values)
    return Condition(" OR ".join(f"({each.sql})" for each in found), values)


def stacks_of(book: KeptBook) -> Mapping[str, str]:
    """The source of every stack. No read table has it; the records that entered the sources do."""
    known = book.sql.execute("SELECT (SELECT hash FROM journal WHERE seq = 1), count(*) FROM sources").fetchone()
    if known not in _STACKS:
        found: dict[str, str] = {}
        for line in book.holding(SourceRegistered.__name__.encode()):
            for event in decode(line).events:
                if isinstance(event, SourceRegistered):
                    found |= {entry.stack: event.source for entry in event.stacks}
        while len(_STACKS) >= _MOST_KEPT:
            _STACKS.pop(next(iter(_STACKS)), None)
        _STACKS[known] = found
    return _STACKS[known]


#: By first record and number of sources, which are entered and never taken away.
_STACKS: dict[Any, Mapping[str, str]] = {}
_MOST_KEPT = 8
