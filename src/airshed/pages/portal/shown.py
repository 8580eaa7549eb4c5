"""What public pages show of works, accounts, places, shares, days, marks and fines, as tables that may be taken away.

Offices read the tables that these are of whole; everybody reads of them what stands on a page, from the day of the law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

from airshed.engine.procedures.settling import terms_of
from airshed.engine.tables.table import Column
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import place_name
from airshed.pages.portal.names import firm_name, works_name
from airshed.rulebook.lookup import first_cited
from airshed.rulebook.schema import Rulebook
from airshed.service.book.embargo import Embargo, embargo
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import law_of
from airshed.service.book.row_records import OF_RECORD, RowRecords, latest


def _as_it_is(rules: Rulebook, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row


class View(NamedTuple):
    """A table that a page shows."""

    name: str
    shows: Phrase
    parts: tuple[Column, ...]
    #: Columns that tell rows apart.
    key: int
    sql: str
    #: The year up to which rows are public, which the statement asks for; empty where all are.
    until: Literal["", "emissions", "standing"] = ""
    #: A row of the book with what the law and its zone call things, as pages do.
    named: Callable[[Rulebook, tuple[Any, ...]], tuple[Any, ...]] = _as_it_is
    #: The tables whose rows these are, each with where its key stands in a row, where rows say which record wrote them.
    written: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def rows(self, book: KeptBook, day: str, records: RowRecords) -> Iterable[tuple[Any, ...]]:
        """Its rows as far as they are public on a day."""
        rules = law_of(book)
        public: Embargo = embargo(rules, day)
        found = book.sql.execute(self.sql, (getattr(public, self.until),) if self.until else ())
        rows = (self.named(rules, tuple(row)) for row in found)
        if not self.written:
            return rows
        written = [(records.of(book, table), at) for table, at in self.written]
        return ((*row, *latest(of([row[place] for place in at]) for of, at in written)) for row in rows)


def _works(rules: Rulebook, row: tuple[Any, ...]) -> tuple[Any, ...]:
    source, name, account, holder, place, sector = row
    called, held = works_name(rules, source, name), firm_name(rules, holder)
    sector_zh = next((each.name_zh for each in rules.sectors if each.code == sector), sector)
    where = place_name(rules, place)
    return (source, called.en, called.zh, account, held.en, held.zh, place, where.zh, sector, sector_zh)


def _fine(rules: Rulebook, row: tuple[Any, ...]) -> tuple[Any, ...]:
    year, number = row[1], row[3]
    return row if number else (*row[:-1], first_cited(terms_of(rules, year).cite))


def _account(rules: Rulebook, row: tuple[Any, ...]) -> tuple[Any, ...]:
    account, number, kind, name, place, group, state = row
    called = firm_name(rules, name)
    return (account, number, kind, called.en, called.zh, place, place_name(rules, place).zh, group, state)


def _place(rules: Rulebook, row: tuple[Any, ...]) -> tuple[Any, ...]:
    called = place_name(rules, row[0])
    return (row[0], called.en, called.zh)


VIEWS = (
    View(
        "works",
        Phrase("Regulated works, as on their pages", "纳入管理的企业（同企业页）"),
        (
            *(Column("source TEXT"), Column("name TEXT", "name in English")),
            *(Column("name_zh TEXT", "name in Chinese"), Column("account TEXT")),
            *(Column("holder TEXT", "name of the firm"), Column("holder_zh TEXT", "name of the firm in Chinese")),
            *(Column("jurisdiction TEXT"), Column("jurisdiction_zh TEXT", "name of the jurisdiction in Chinese")),
            *(Column("sector TEXT", "sector"), Column("sector_zh TEXT", "name of the sector in Chinese")),
            *OF_RECORD,
        ),
        1,
        """SELECT sources.source, sources.name, sources.account, accounts.name, sources.jurisdiction, sources.sector
           FROM sources JOIN accounts ON accounts.account = sources.account ORDER BY sources.source""",
        named=_works,
        written=(("sources", (0,)),),
    ),
    View(
        "register_accounts",
        Phrase("Accounts, as the register shows them", "账户（同公开登记簿）"),
        (
            *(Column("account TEXT"), Column("number TEXT", "number of the account"), Column("kind TEXT", "kind")),
            *(Column("name TEXT", "name of the firm"), Column("name_zh TEXT", "name in Chinese")),
            *(Column("jurisdiction TEXT"), Column("jurisdiction_zh TEXT", "name of the jurisdiction in Chinese")),
            Column("corporate_group TEXT", "corporate group, empty when none is known"),
            *(Column("state TEXT", "what the account may do now, in one word"), *OF_RECORD),
        ),
        1,
        """SELECT account, number, kind, name, jurisdiction, corporate_group, state FROM accounts
           WHERE kind IN ('operator', 'trader') ORDER BY account""",
        named=_account,
        written=(("accounts", (0,)),),
    ),
    View(
        "jurisdictions",
        Phrase("Cities and county groups by their codes", "辖区代码与名称"),
        (
            *(Column("jurisdiction TEXT"), Column("name_en TEXT", "name in English")),
            Column("name_zh TEXT", "name in Chinese"),
        ),
        1,
        "SELECT DISTINCT jurisdiction FROM accounts WHERE jurisdiction <> '' ORDER BY jurisdiction",
        named=_place,
    ),
    View(
        "free_allocations",
        Phrase("What works were granted free, as on their pages", "免费分配（同企业页）"),
        (
            *(Column("source TEXT"), Column("series TEXT"), Column("seq INTEGER")),
            *(Column("method TEXT", "method of allocation"), Column("count INTEGER")),
            *(Column("why_en TEXT", "reason in English"), Column("why_zh TEXT", "reason in Chinese")),
        ),
        3,
        "SELECT source, series, seq, method, count, why_en, why_zh FROM allocations ORDER BY source, series, seq",
    ),
    View(
        "sealed_days",
        Phrase("Sealed days of stacks, of years that are public", "已公开年度的封存日数据"),
        (
            *(Column("stack TEXT"), Column("day TEXT"), Column("pollutant TEXT")),
            *(Column("measured INTEGER", "measured hours"), Column("stopped INTEGER", "hours out of operation")),
            Column("substituted INTEGER", "hours filled by a substitution rule"),
            *(Column("mass_mg INTEGER", "mass of the day"), *OF_RECORD),
        ),
        3,
        """SELECT stack, day, pollutant, measured, stopped, substituted, mass_mg FROM days
           WHERE CAST(substr(day, 1, 4) AS INTEGER) <= ? ORDER BY stack, day, pollutant""",
        "emissions",
        written=(("days", (0, 1, 2)),),
    ),
    View(
        "hours_marked",
        Phrase("Hours that operators marked, of years that are public", "已公开年度的企业标记时段"),
        (
            *(Column("mark INTEGER", "number of the mark"), Column("stack TEXT")),
            *(Column("kind TEXT", "what the hours are marked as"), Column("first TEXT"), Column("last TEXT")),
            *(Column("hours INTEGER"), Column("state TEXT", "entered, approved, refused or lapsed")),
            *OF_RECORD,
        ),
        1,
        """SELECT mark, stack, kind, first, last, hours, state FROM marks
           WHERE CAST(substr(first, 1, 4) AS INTEGER) <= ? ORDER BY mark""",
        "emissions",
        written=(("marks", (0,)),),
    ),
    View(
        "fines",
        Phrase(
            "Penalties: of settlements of years and of decisions in cases, and how far each is paid",
            "罚款：年度结算与行政处罚决定所处，及缴纳情况",
        ),
        (
            *(Column("source TEXT"), Column("year INTEGER", "year of the breach")),
            Column("pollutant TEXT", "code of the pollutant; empty where it concerns none"),
            Column("case_number INTEGER", "number of the case that imposed it; 0 for the settlement of the year"),
            *(Column("account TEXT"), Column("ground TEXT", "`shortfall`, or a ground")),
            *(Column("fen INTEGER", "penalty as it stands"), Column("paid_fen INTEGER", "what of it is paid")),
            Column("due_fen INTEGER", "what of it is still to be paid"),
            Column("interest_fen INTEGER", "interest for all late days; empty until the penalty is paid in full"),
            Column("pay_by TEXT", "last day to pay the oldest part that is not paid; empty when all are"),
            Column("state TEXT", "`settled` with the year; of a case decided, upheld or lowered"),
            Column(
                "cite TEXT", "article by which it is fined; of a settlement, what the law in force says of its year"
            ),
            *OF_RECORD,
        ),
        4,
        """SELECT penalties.source, penalties.year, penalties.pollutant, penalties.case_number, penalties.account,
                  COALESCE(ground, 'shortfall'), penalties.fen, paid_fen, due_fen, interest_fen, pay_by,
                  COALESCE(state, 'settled'), COALESCE(cite, '')
           FROM penalties LEFT JOIN cases ON cases.case_number = penalties.case_number
           WHERE (penalties.case_number = 0 OR state IN ('decided', 'upheld', 'lowered')) AND penalties.year <= ?
           ORDER BY penalties.source, penalties.year, penalties.pollutant, penalties.case_number""",
        "standing",
        _fine,
        (("penalties", (0, 1, 2, 3)), ("penalties", (0, 1, 2, 5)), ("cases", (3,))),
    ),
)
VIEW_NAMES = {view.name: view for view in VIEWS}
