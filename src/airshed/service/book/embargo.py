"""Until when the figures of a year are not for everybody: one rule for the register, the shell, the service, its feed.

The law names the days. Before them a figure is read by the roles of the row `figures` of its `reading.csv`, and by the
account whose own it is; not by the exchange, the bank or the public, though they read the zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, get_args

from airshed.compliance.publication import embargoed, public_from
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record, decode
from airshed.engine.tables import BY_NAME
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook, Statements
from airshed.service.book.law import law_of

#: By read table: what of a row tells of the emissions of its year.
EMISSIONS: Mapping[str, tuple[str, ...]] = {
    "years": ("measured_mg", "declared_mg", "opinion", "verified_mg", "obligation", "deferred"),
    "amendments": ("verified_mg", "obligation"),
    "estimates": ("mass_mg", "below_basis_points", "above_basis_points", "calculation"),
    "checks": ("detail", "explanation"),
    "opinions": ("opinion", "comments"),
    "improvements": ("item", "answer"),
    "penalties": (),
    "penalty_parts": (),
    "cases": (),
    "case_steps": (),
}
#: And what tells how its source stands.
STANDING: Mapping[str, tuple[str, ...]] = {
    "years": ("for_group", "surrendered", "shortfall", "penalty_fen", "due_fen", "makeup"),
    "amendments": ("extra", "shortfall"),
    "penalties": ("fen", "paid_fen", "due_fen", "interest_fen", "interest_paid_fen", "pay_by", "granted", "asked"),
    "penalty_parts": ("pay_by", "fen", "paid_fen"),
    "cases": ("ground", "cite", "state", "proposed_fen", "fen", "decided_by", "appeal_until"),
    "case_steps": ("step", "fen", "said"),
}
#: Tables in which it tells already that there is a row.
ROWS = frozenset(("penalties", "penalty_parts", "cases", "case_steps"))
#: What acts that wait and refusals say of such a command, whichever year it is about.
TEXTS: Mapping[str, str] = {"acts": "about", "refusals": "detail"}
#: Commands and events that tell what a source emitted in a year, and those that tell how it stands.
REPORTS = (*get_args(c.ReportBody), *get_args(e.ReportEvent), c.FileEstimate, e.EstimateFiled)
SETTLING = (
    *(*get_args(c.SettlingBody), *get_args(c.StandingBody), c.ReverseSurrender, c.NoticeCase),
    *(e.Surrendered, e.SurrenderReversed, e.YearClosed, e.GroupSettled, e.PenaltyPaid, e.CaseNoticed),
    *(e.InstalmentsAsked, e.InstalmentsGranted, e.InstalmentsRefused),
    *get_args(e.StandingEvent),
)
#: Steps of a case, which name it and not its year.
STEPS = (*(c.ReplyCase, c.DecideCase, c.AppealCase, c.DecideCaseAppeal), *get_args(e.CaseEvent))
#: Commands about people, accounts, withdrawals, acts that wait: a refusal may say what is owed, or what a case is of.
QUOTING = frozenset(
    kind.__name__ for kind in (*get_args(c.PeopleBody), *get_args(c.AccountBody), *get_args(c.WithdrawalBody))
)
#: The names of those commands.
COMMANDS = frozenset(
    kind.__name__
    for kind in (
        *(*get_args(c.ReportBody), *get_args(c.SettlingBody), *get_args(c.StandingBody), *get_args(c.CaseBody)),
        *(c.ReverseSurrender, c.FileEstimate),
    )
)
#: A year of which nothing is public yet.
NO_YEAR = 0


class Embargo(NamedTuple):
    """The last years of which emissions, and how sources stand, are public."""

    emissions: int
    standing: int


def embargo(rules: Rulebook, day: str) -> Embargo:
    """What is public on a day."""
    law, last = rules.compliance, int(day[:4])

    def year(month_day: str | None) -> int:
        return next((each for each in range(last, last - 3, -1) if not embargoed(each, month_day, day)), NO_YEAR)

    emissions = year(law.emissions_public_on)
    return Embargo(emissions, min(emissions, year(law.standing_public_on)))


def source_of(table: str, public: Embargo | None, own: str = "") -> tuple[str, tuple[Any, ...]]:
    """What stands after FROM: the table, with NULL for what is not public and not of the account `own`."""
    if public is None:
        return table, ()
    columns = [column.name for column in BY_NAME[table].parts]
    if table in TEXTS:
        names = ", ".join(f"'{name}'" for name in sorted(COMMANDS | QUOTING))
        mine = " AND actor NOT IN (SELECT actor FROM actors WHERE account = ?)" if own else ""
        text = f"CASE WHEN command IN ({names}){mine} THEN NULL ELSE {TEXTS[table]} END AS {TEXTS[table]}"
        said = ", ".join(text if name == TEXTS[table] else name for name in columns)
        return f"(SELECT {said} FROM {table}) AS {table}", (own,) if own else ()
    if table not in EMISSIONS:
        return table, ()
    whose = "source IN (SELECT source FROM sources WHERE account = ?)" if "source" in columns else "account = ?"
    if table in ROWS:
        seen = f"year <= ? OR {whose}" if own else "year <= ?"
        return f"(SELECT * FROM {table} WHERE {seen}) AS {table}", (public.standing, *((own,) if own else ()))
    parts: list[str] = []
    values: list[Any] = []
    for column in BY_NAME[table].parts:
        hidden = {name: public.emissions for name in EMISSIONS[table]}
        hidden |= {name: public.standing for name in STANDING.get(table, ())}
        if column.name not in hidden:
            parts.append(column.name)
            continue
        seen = "year <= ?"
        values.append(hidden[column.name])
        if own:
            seen += f" OR {whose}"
            values.append(own)
        parts.append(f"CASE WHEN {seen} THEN {column.name} END AS {column.name}")
    return f"(SELECT {', '.join(parts)} FROM {table}) AS {table}", tuple(values)


def tells(record: Record, public: Embargo, cases: Mapping[int, int]) -> bool:
    """Whether a record tells a figure that is not public yet; `cases` has the year of each case."""
    bodies = [event.body for event in record.events if isinstance(event, e.ActProposed)]
    parts = (record.body, *bodies, *record.events)
    if any(tells_of(part, public, cases) for part in parts):
        return True
    return record.refusal is not None and type(record.body).__name__ in QUOTING


def tells_of(part: c.Body | e.Event, public: Embargo, cases: Mapping[int, int]) -> bool:
    """Whether a command or an event does."""
    if isinstance(part, REPORTS):
        return bool(part.year > public.emissions)
    if isinstance(part, SETTLING):
        return bool(part.year > public.standing)
    # A case that is not there has no year, and a refusal that says so tells nothing.
    return isinstance(part, STEPS) and cases.get(part.case, NO_YEAR) > public.standing


def years_of_cases(sql: Statements) -> dict[int, int]:
    """The year that each case is about."""
    return dict(sql.execute("SELECT case_number, year FROM cases").fetchall())


class Early:
    """Notes of which years a statement tells how sources stand, for whoever looks before that is public."""

    def __init__(self, book: KeptBook) -> None:
        self._book = book
        self._public = as_of_last(book) if book.law_in_force() is not None else Embargo(NO_YEAR, NO_YEAR)
        self._cases = years_of_cases(book.sql)
        self._years: set[int] = set()

    def note(self, event: e.Event) -> bool:
        """Note the year of an event; nothing is left out of a statement on the file."""
        if tells_of(event, self._public, self._cases):
            self._years.add(getattr(event, "year", 0) or self._cases[event.case])  # type: ignore[union-attr]
        return False

    def said(self, more: Iterable[int]) -> list[str]:
        """What of those years and of others is not public, and from when it is."""
        years = sorted({*self._years, *more})
        return said(law_of(self._book), "penalties", years, self._public) if years else []


def as_of_last(book: KeptBook) -> Embargo:
    """What is public on the day of the last record of a book."""
    return embargo(law_of(book), book.civil.day_of(decode(book.line(book.last())).at))


def not_public(book: KeptBook) -> list[str]:
    """Of which years the records of a book say what is not public on the day of the last; none without a law."""
    digest = book.law_in_force()
    if digest is None:
        return []
    if not book.keeps(digest):
        return [f"figures of years, perhaps: the law {digest[:12]} that would tell is not kept in this book"]
    return kept_back(book, "years", as_of_last(book))


def kept_back(book: KeptBook, table: str, public: Embargo) -> list[str]:
    """Of which years a table of a book has figures that are not public yet, and from when they are."""
    if table not in EMISSIONS:
        return []
    years = [year for (year,) in book.sql.execute(f"SELECT DISTINCT year FROM {table} ORDER BY year").fetchall()]
    return said(law_of(book), table, years, public)


def said(rules: Rulebook, table: str, years: Iterable[int], public: Embargo) -> list[str]:
    """For each year of a table of which something is kept back: from when it is public."""
    law = rules.compliance
    found = []
    for year in years:
        if year > public.emissions and table in EMISSIONS:
            found.append(f"emissions of {year} not public before {public_from(year, law.emissions_public_on)}")
        if year > public.standing and table in STANDING:
            found.append(f"standing of {year} not public before {public_from(year, law.standing_public_on)}")
    return found
