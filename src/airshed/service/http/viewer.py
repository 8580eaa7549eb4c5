"""What somebody may read: of each table as far as the law lets their role, within what they are bound to.

How far is `reading.csv` of the law. Which rows are whose follows from the actors of the book and from the columns of
its tables: a row is of the accounts that it names, of whom answers for its source or stack, and of whoever acted.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

from airshed.engine.events import SourceRegistered
from airshed.engine.journal import decode
from airshed.engine.tables import BY_NAME, Table
from airshed.rulebook import lookup
from airshed.rulebook.reading_section import EVERYBODY, RECORDS, STATEMENTS
from airshed.rulebook.schema import Rulebook
from airshed.service.book.embargo import Embargo, embargo
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import law_of

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

#: What somebody is bound to who reads more than everybody does.
Reads = Literal["public", "account", "jurisdiction", "zone"]
#: What somebody reads of a table: every row, those of years that are published, those that are theirs, those of their
#: jurisdiction, or none.
Reach = Literal["all", "published", "own", "own, published", "place", "place, published", ""]


class Viewer(NamedTuple):
    """Who reads."""

    reads: Reads
    #: The account or the jurisdiction.
    of: str = ""
    #: What of the figures of years is public for who reads no more than that; None for who reads them early.
    public: Embargo | None = None
    #: What of them is public for everybody, whoever reads.
    for_all: Embargo | None = None
    #: How far they read of each table, of records and statements, a line each; None for who holds the file.
    far: str | None = None

    def __str__(self) -> str:
        return f"{self.reads} {self.of}".strip()

    @property
    def account(self) -> str:
        """Whose own rows and records are whole for them, sealed or not public yet; empty for who has no account."""
        return self.of if self.reads == "account" else ""

    def reach(self, what: str) -> Reach:
        """How far they read of a table, of the records or of statements."""
        return "all" if self.far is None else _lines(self.far).get(what, "")

    @property
    def published(self) -> Embargo | None:
        """Figures of which years they read because they are published; None where the law publishes none."""
        return self.for_all if self.reach("years") == "all" or "published" in self.reach("years") else None


class Condition(NamedTuple):
    """A condition of SQL with its values."""

    sql: str
    values: tuple[Any, ...]


def viewer_of(book: KeptBook, actor: str, at: int) -> Viewer:
    """What an actor may read at an instant, as the book stands; who is suspended, or nobody, what everybody does."""
    asked = "SELECT role, account, jurisdiction FROM actors WHERE actor = ? AND state = 'active'"
    role, account, jurisdiction = book.sql.execute(asked, (actor,)).fetchone() or ("", "", "")
    return bound(law_of(book), role, account, jurisdiction, book.civil.day_of(at))


def bound(rules: Rulebook, role: str, account: str, jurisdiction: str, day: str) -> Viewer:
    """What somebody in a role, who is bound to an account, a jurisdiction or the whole zone, reads on a day."""
    reads: Reads = "account" if account else "jurisdiction" if jurisdiction else "zone"
    far, public = _far(rules, role, reads), embargo(rules, day)
    if not account and far == _far(rules, "", "public"):
        reads, jurisdiction = "public", ""
    early = reads in ("jurisdiction", "zone") and lookup.reads_early(rules, role)
    return Viewer(reads, account or jurisdiction, None if early else public, public, far)


@lru_cache(maxsize=256)
def _far(rules: Rulebook, role: str, reads: Reads) -> str:
    """Text, for a viewer is looked up for every record that a watcher hears: what it hashes to is kept."""
    far = {name: reach(rules, role, name, reads) for name in (*BY_NAME, RECORDS, STATEMENTS)}
    return "\n".join(f"{name} {word}" for name, word in far.items() if word)


@lru_cache(maxsize=256)
def _lines(far: str) -> dict[str, Reach]:
    words = {word: word for word in get_args(Reach)}
    return {name: words[word] for name, _, word in (line.partition(" ") for line in far.splitlines())}


def reach(rules: Rulebook, role: str, what: str, reads: Reads) -> Reach:
    """How far the law lets a role read of a table, at the scope that somebody in it is bound to."""
    held = lookup.reading(rules)
    floor, widest = held.get((EVERYBODY, what), ""), held.get((role, what), "public")
    scopes = get_args(Reads)
    if floor == "all" or (reads == "zone" == widest):
        return "all"
    if reads == "public" or scopes.index(reads) > scopes.index(widest):
        return "published" if floor else ""
    if reads == "account":
        return "own, published" if floor else "own"
    return "place, published" if floor else "place"


def condition(book: KeptBook, table: Table, viewer: Viewer) -> Condition | None:
    """Which rows of a table somebody may read; None where none of them can be theirs."""
    far = viewer.reach(table.name)
    if far == "all":
        return Condition("1 = 1", ())
    found: list[Condition] = []
    if "published" in far and viewer.for_all is not None:
        # From who reads early no figure is hidden: of the years of others they read those that are public in all.
        last = min(viewer.for_all) if viewer.public is None else viewer.for_all.emissions
        found.append(Condition("year <= ?", (last,)))
    if "own" in far or "place" in far:
        found += _theirs(book, table, viewer)
    if not found:
        return None
    values = tuple(value for each in found for value in each.values)
    return Condition(" OR ".join(f"({each.sql})" for each in found), values)


def _theirs(book: KeptBook, table: Table, viewer: Viewer) -> list[Condition]:
    """Which rows of a table are of what somebody is bound to."""
    names = {column.name for column in table.parts}
    if table.name in PARTS:
        of, key = PARTS[table.name]
        inner = _theirs(book, BY_NAME[of], viewer)
        where = " OR ".join(f"({each.sql})" for each in inner)
        values = tuple(value for each in inner for value in each.values)
        return [Condition(f"{key} IN (SELECT {key} FROM {of} WHERE {where})", values)]
    found: list[Condition] = []
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
    return found


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
