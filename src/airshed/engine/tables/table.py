"""What a read table is, and how the rows that a group touches are gathered.

A table says once what it shows: its columns with their SQL types and words, and the row of a key. A row is made by one
function and not column by column: the order path makes two or three with every command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from airshed.engine.journal import Changes, Record, Row
from airshed.engine.state import State
from airshed.model.allowance import members
from airshed.model.measures import COMMON_UNITS, Unit
from airshed.registry.moves import Paid

#: What columns hold that mean the same in most tables.
COMMON: dict[str, str] = {
    "account": "account",
    "actor": "actor",
    "first": "first hour, as 2027-12-31T07",
    "hours": "how many hours",
    "last": "last hour, itself included",
    "at": "instant",
    "auction": "name of the auction",
    "interest_fen": "interest for late days",
    "purchase": "number of the purchase",
    "sale": "name of the sale",
    "years": "how many vintages",
    "ground": "why by rule",
    "repurchase": "name of the reverse auction",
    "buyer": "account that buys",
    "buyer_fee": "fee of the buyer",
    "command": "name of the command",
    "count": "allowances",
    "day": "day of the region, as 2027-12-31",
    "digest": "SHA-256",
    "fen": "value",
    "jurisdiction": "code of the jurisdiction",
    "call": "name of the call",
    "deal": "number of the deal",
    "fee": "fee",
    "number": "number of the order",
    "offered": "allowances on offer, those of holders not counted",
    "open": "whether bids are taken",
    "opinion": "opinion of the verifier, or `determined`",
    "pollutant": "code of the pollutant",
    "price": "price",
    "seller": "account that sells",
    "seller_fee": "fee of the seller",
    "seq": "number of the record",
    "series": "series, as SO2-KM-2027",
    "side": "`buy` or `sell`",
    "source": "name of the source",
    "stack": "name of the stack",
    "seal": "SHA-256 of the seed that orders what is tied, a space and a salt; empty where none was given",
    "year": "compliance year",
}
#: Those of them that say yes by 1 and no by 0.
TRUTHS = ("open",)


class Column(NamedTuple):
    """A column: name and SQL type; what it holds and its measure, where they are not what they commonly are."""

    sql: str
    word: str = ""
    measure: Unit | None = None
    #: Whether 1 is yes and 0 is no.
    yes: bool = False

    @property
    def name(self) -> str:
        """The name alone."""
        return self.sql.split()[0]

    @property
    def says(self) -> str:
        """What it says, of a truth without how."""
        return self.word or COMMON[self.name]

    @property
    def holds(self) -> str:
        """What it holds."""
        return f"{self.says}, as 1 or 0" if self.truth else self.says

    @property
    def truth(self) -> bool:
        """Whether it says yes or no."""
        return self.yes or self.name in TRUTHS

    @property
    def unit(self) -> Unit | None:
        """What its numbers are counted in; None for names and plain numbers."""
        ending = self.name.rpartition("_")[2]
        return self.measure or COMMON_UNITS.get(self.name) or (Unit(ending) if ending in ("fen", "mg") else None)


class Table(NamedTuple):
    """A table: its columns, the first `key` of which tell rows apart.

    With `row` it shows the state, a row a key (None: the key has no row); without, it lists what happened.
    """

    name: str
    shows: str
    parts: tuple[Column, ...]
    key: int
    keys: Callable[[State], Iterable[Any]] | None = None
    row: Callable[[State, Any], Row | None] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names and types, as SQL wants them."""
        return tuple(part.sql for part in self.parts)

    @property
    def listed(self) -> bool:
        """Whether it lists what happened, a row an event."""
        return self.row is None


class Tables:
    """Collects which rows a group touches, and gives them when the group is written."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._rows = {table.name: table.row for table in tables if table.row is not None}
        self.touched: dict[str, dict[Any, None]] = {table.name: {} for table in tables if not table.listed}
        self.added: dict[str, list[Row]] = {table.name: [] for table in tables if table.listed}

    def take(self, state: State) -> Changes:
        """The changed rows since the last call."""
        put: dict[str, list[Row]] = {}
        gone: dict[str, list[Row]] = {}
        for name, keys in self.touched.items():
            if not keys:
                continue
            row_of = self._rows[name]
            puts: list[Row] = []
            for key in keys:
                row = row_of(state, key)
                if row is None:
                    gone.setdefault(name, []).append(key if isinstance(key, tuple) else (key,))
                else:
                    puts.append(row)
            put[name] = puts
            keys.clear()
        return Changes(put, gone, self.take_added())

    def take_added(self) -> dict[str, list[Row]]:
        """The rows added to lists since the last call."""
        added = {name: rows for name, rows in self.added.items() if rows}
        self.added = {name: [] for name in self.added}
        return added

    def touch(self, table: str, *keys: Any) -> None:
        """Mark rows of a table as changed."""
        touched = self.touched[table]
        for key in keys:
            touched[key] = None

    def add(self, table: str, row: Row) -> None:
        """Add a row to a list of what happened."""
        self.added[table].append(row)

    def touch_holdings(self, account: str, series: str) -> None:
        """Mark what an account holds of a series, or of every vintage of a strip."""
        self.touch("holdings", *((account, member) for member in members(series)))

    def touch_entry(self, entry: Any) -> None:
        """Mark the accounts and holdings that an entry moves."""
        accounts = self.touched["accounts"]
        holdings = self.touched["holdings"]
        for move in entry:
            if type(move) is Paid:
                accounts[move.origin] = None
                accounts[move.target] = None
            else:
                holdings[move.origin, move.series] = None
                holdings[move.target, move.series] = None


#: Marks what an event, applied already, touches; what its entry moves is marked for it.
Note = Callable[[Tables, State, Record, Any], None]


class Touching:
    """A note of events whose fields are the keys of rows, by table; of a strip, `holdings` of every vintage."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self.keys = keys
        self._keys = [(table, attrgetter(*fields.split())) for table, fields in keys.items()]

    def __call__(self, tables: Tables, state: State, record: Record, event: Any) -> None:
        for table, key_of in self._keys:
            if table == "holdings":
                tables.touch_holdings(*key_of(event))
            else:
                tables.touch(table, key_of(event))


def touching(**keys: str) -> Note:
    """What is touched, where the event says it all: `touching(deals="deal", crossings="account jurisdiction")`."""
    return Touching(keys)
