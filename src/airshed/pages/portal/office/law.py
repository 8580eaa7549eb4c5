"""The law of a book: its sections as they are in force, and its versions with what each of them changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import AdoptRulebook
from airshed.engine.journal import decode
from airshed.engine.state import State
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import Visitor, page, visitor_of
from airshed.pages.portal.office.law_contents import contents, section_name
from airshed.pages.portal.tables_zh import SHOWS
from airshed.registry.account_types import account_types
from airshed.registry.accounts import AccountKind
from airshed.rulebook import lookup
from airshed.rulebook.chinese import SECTIONS, key_zh, words_held
from airshed.rulebook.diff import LawChange, diff
from airshed.rulebook.reading_section import EVERYBODY
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.words import said, said_zh
from airshed.service.book.kept import KeptBook
from airshed.service.forms.articles import article_zh, says_more
from airshed.service.forms.form import BODIES
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: Keys that stand at the head of a section, not among its figures.
HEAD = ("cite", "status")
STATUS: Mapping[str, Phrase] = {
    "confirmed": Phrase("confirmed in the source", "已核实原文"),
    "to confirm": Phrase("to confirm", "待核实"),
}


class Cite(NamedTuple):
    """On what something rests."""

    text: Phrase
    #: The law's own words, where the Chinese says less; they are English.
    own: str


class ChangeLine(NamedTuple):
    """One thing that changed."""

    what: Phrase
    was: Phrase | None
    now: Phrase | None
    cite: Cite


class SectionChange(NamedTuple):
    """What a version changed in a section."""

    name: Phrase
    section: str
    lines: Sequence[ChangeLine]


class Version(NamedTuple):
    """A rulebook that was adopted."""

    seq: int
    since: str
    programme: str
    version: str
    digest: str
    #: None for the first, and where the text of either is not kept in the book.
    changes: Sequence[SectionChange] | None
    first: bool
    #: The day that its own text names, where that is later than the adoption; empty where it is not.
    named: str


class ProposedLaw(NamedTuple):
    """A rulebook that somebody wants to be adopted."""

    #: Number of the act that waits; 0 for one that is just being proposed.
    act: int
    by: str
    version: str
    digest: str
    #: What it would change; None where its text is not kept in the book.
    changes: Sequence[SectionChange] | None


class LawKey(NamedTuple):
    """A key of a section and what it holds."""

    key: str
    name: Phrase
    value: Phrase


class LawTable(NamedTuple):
    """The rows of a section."""

    heads: Sequence[tuple[str, Phrase]]
    rows: Sequence[Sequence[Phrase]]


class Text(NamedTuple):
    """A section as it is in force."""

    section: str
    name: Phrase
    cite: Cite | None
    status: Phrase | None
    keys: Sequence[LawKey]
    tables: Sequence[LawTable]


def versions(book: KeptBook) -> list[Version]:
    """Every version, the latest first."""
    rows = book.sql.execute("SELECT seq, programme, version, digest FROM rulebooks ORDER BY seq").fetchall()
    changes: dict[int, Sequence[SectionChange] | None] = {}
    for (_, _, _, before), (seq, _, _, after) in pairwise(rows):
        kept = book.keeps(before) and book.keeps(after)
        changes[seq] = sections_of(book.rules(before), book.rules(after)) if kept else None
    return [
        Version(
            *(seq, book.civil.clock(decode(book.line(seq)).at)[:16].replace("T", " "), programme, version, digest),
            changes.get(seq),
            seq == rows[0][0],
            _later(book, digest, book.civil.clock(decode(book.line(seq)).at)[:10]),
        )
        for seq, programme, version, digest in reversed(rows)
    ]


def _later(book: KeptBook, digest: str, adopted: str) -> str:
    named = book.rules(digest).programme.effective if book.keeps(digest) else ""
    return named if named > adopted else ""


def sections_of(old: Rulebook, new: Rulebook) -> list[SectionChange]:
    """What one law changes in another, section by section."""
    names = naming({**names_of(old), **names_of(new)})
    return [
        SectionChange(section_name(section), section, [_line(change, names) for change in changes])
        for section, changes in groupby(diff(old, new), key=lambda change: change.section)
    ]


def waiting_laws(state: State) -> list[ProposedLaw]:
    """Adoptions that wait for a second person; what they change is found in the book."""
    return [
        ProposedLaw(act.id, act.actor, act.body.version, act.body.digest, None)
        for act in state.acts.values()
        if isinstance(act.body, AdoptRulebook)
    ]


def digest_of(state: State) -> str:
    """Of the law in force; empty where none was adopted yet."""
    return state.rulebook.digest if state.rulebook is not None else ""


def compared(book: KeptBook, wanted: Sequence[ProposedLaw], digest: str) -> list[ProposedLaw]:
    """Proposals with what each would change in the law of a digest, which is in force."""

    def found(each: ProposedLaw) -> ProposedLaw:
        kept = book.keeps(digest) and book.keeps(each.digest)
        return each._replace(changes=sections_of(book.rules(digest), book.rules(each.digest)) if kept else None)

    return [found(each) for each in wanted]


async def law_wanted(visitor: Visitor, body: Any) -> ProposedLaw | None:
    """The law that an act would bring into force, or that a second person confirms, with what it changes."""

    def look(market: Market, rules: Rulebook) -> tuple[Any, str]:
        waits = market.state.acts.get(getattr(body, "act", 0))  # whoever confirms or rejects names the act
        return (body if waits is None else waits.body), digest_of(market.state)

    wanted, digest = await visitor.look(look)
    if not isinstance(wanted, AdoptRulebook):
        return None
    proposed = ProposedLaw(0, "", wanted.version, wanted.digest, None)
    (found,) = await visitor.service.readers.read(lambda book: compared(book, [proposed], digest))
    return found


def _line(change: LawChange, names: Callable[[str], str]) -> ChangeLine:
    what = Phrase(f"{change.row} {change.key}".strip(), names(f"{change.zh.row} {change.zh.key}".strip()))
    was = None if change.old is None else Phrase(change.old, names(change.zh.old or ""))
    now = None if change.new is None else Phrase(change.new, names(change.zh.new or ""))
    return ChangeLine(what, was, now, cited(change.cite))


def cited(text: str) -> Cite:
    """A citation in both languages."""
    return Cite(Phrase(text, article_zh(text)), text if says_more(text) else "")


@cache
def _names() -> Mapping[str, str]:
    """Commands and read tables in Chinese."""
    commands = {name: name_of(kind).zh for name, kind in BODIES.items()}
    return {**commands, **SHOWS, "records": "账簿记录", "statements": "账户对账单", "figures": "公开日前的年度数字"}


def names_of(rules: Rulebook) -> dict[str, str]:
    """What a law itself has in Chinese by codes: roles, jurisdictions, sectors."""
    roles = {role.code: role.name_zh for role in rules.people}
    places = {place.code: place.name_zh for place in rules.jurisdictions}
    return {**roles, **places, **{sector.code: sector.name_zh for sector in rules.sectors}, EVERYBODY: "所有人"}


def naming(own: Mapping[str, str]) -> Callable[[str], str]:
    """Says the codes in a Chinese text by their names."""
    names = {**_names(), **own}
    return lambda text: re.sub(r"[A-Za-z][A-Za-z_-]*[A-Za-z]", lambda found: names.get(found[0], found[0]), text)


def text_of(rules: Rulebook, section: str) -> Text:
    """A section as it is in force: its keys, then its rows."""
    held = getattr(rules, section)
    names = naming(names_of(rules))
    if isinstance(held, tuple):
        return Text(section, section_name(section), None, None, (), _tables(section, held, rules, names))
    keys = [key for key in held.__struct_fields__ if key not in HEAD and not _rows(getattr(held, key))]
    values = {key: getattr(held, key) for key in keys}
    shown = [
        LawKey(key, Phrase(in_english(key), key_zh(section, key)), _said(section, key, value, rules, names))
        for key, value in values.items()
        if value != () or key not in ROWS
    ]
    rows = (getattr(held, key) for key in held.__struct_fields__)
    tables = [table for each in rows if _rows(each) for table in _tables(section, each, rules, names)]
    return Text(section, section_name(section), cited(held.cite), STATUS[held.status], shown, tables)


#: Keys that hold rows, and nothing where a law has none.
ROWS = ("rows", "tiers", "periods", "rates", "grounds")


def _rows(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], msgspec.Struct)


def _tables(
    section: str, rows: Sequence[msgspec.Struct], rules: Rulebook, names: Callable[[str], str]
) -> list[LawTable]:
    """The rows of a section as a table; a matrix of roles has a column for each of them."""
    if not rows:
        return []
    if section in MATRIX:
        return [_matrix(section, rows, rules, names)]
    keys = [key for key in rows[0].__struct_fields__ if key != "status"]
    heads = [(key, Phrase(in_english(key), key_zh(section, key))) for key in keys]
    cells = [[_said(section, key, getattr(row, key), rules, names) for key in keys] for row in rows]
    return [LawTable(heads, cells)]


#: Keys of what the law writes in its own words, where a word that is also a code stands for no code.
OWN_WORDS = ("code", "id", "name_en", "name_zh", "standard", "product", "process", "origin", "zone")
#: Keys that name kinds of account, one after the other.
OF_ACCOUNTS = ("origins", "targets")
#: Keys that hold several words with blanks between, and each word in Chinese.
LISTED: Mapping[str, Mapping[str, str]] = {
    "methods": {
        "monitor": "在线监测",
        "manual": "手工监测",
        "balance": "物料衡算",
        "factor": "排放系数",
        "leaks": "泄漏检测",
    },
    "about": {"stack": "排放口", "day": "日期", "pollutant": "污染物"},
}
#: Endings of keys that say in which measure their value is written; the value says that itself.
_MEASURED = re.compile(r"_(basis_points|tenths|thousandths|fen_per_t|fen|percent|mg_m3|kg|mg|g|m_s|celsius)$")
#: Words that a key holds and that are a code in English.
_ENGLISH: Mapping[str, str] = {"hj75": "HJ 75-2017", "part75": "US 40 CFR part 75"}


def in_english(key: str) -> str:
    """A key as words.

    >>> in_english("idle_oxygen_percent"), in_english("minutes_per_hour"), in_english("name_en")
    ('Idle oxygen', 'Minutes per hour', 'Name in English')
    """
    plain = {"name_en": "name in English", "name_zh": "name in Chinese"}.get(key) or _MEASURED.sub("", key)
    return plain.replace("_", " ").capitalize().replace("english", "English").replace("chinese", "Chinese")


def _said(section: str, key: str, value: object, rules: Rulebook, names: Callable[[str], str]) -> Phrase:
    """What a key holds: measures as people write them, codes by their names."""
    if key == "cite":
        return Phrase(str(value), article_zh(str(value)))
    money, english = rules.currency, str(value)
    if not (isinstance(value, str) and value in words_held().get((section, key), ())):
        english = said(key, value, money.name_en)
    elif value:
        english = _ENGLISH.get(value) or value.replace("_", " ")
    chinese = said_zh(section, key, value, money.name_zh)
    if key in OF_ACCOUNTS and isinstance(value, str):
        kinds = [account_types()[AccountKind(each)] for each in value.split()]
        return Phrase(", ".join(each.name_en for each in kinds), "、".join(each.name_zh for each in kinds))
    if key in LISTED and isinstance(value, str):
        words = value.split()
        return Phrase(", ".join(words), "、".join(LISTED[key].get(word, word) for word in words))
    return Phrase(english, chinese if key in OWN_WORDS else names(chinese))


#: Sections whose rows are cells: what stands at the head of a row, of a column, and in the cell.
MATRIX: Mapping[str, tuple[str, str, str]] = {
    "roles": ("command", "role", "scope"),
    "reading": ("table", "reader", "rows"),
}


def _matrix(section: str, rows: Sequence[msgspec.Struct], rules: Rulebook, names: Callable[[str], str]) -> LawTable:
    down, across, held = MATRIX[section]
    cells = {(getattr(row, down), getattr(row, across)): getattr(row, held) for row in rows}
    columns = dict.fromkeys(across for _, across in cells)
    lines = [
        [
            Phrase(row, names(row)),
            *(_cell(section, held, cells.get((row, column))) for column in columns),
        ]
        for row in dict.fromkeys(row for row, _ in cells)
    ]
    heads = [(down, Phrase(down, key_zh(section, down))), *((code, Phrase(code, names(code))) for code in columns)]
    return LawTable(heads, lines)


def _cell(section: str, key: str, value: str | None) -> Phrase:
    return same("–") if value is None else Phrase(value, said_zh(section, key, value))


async def law(service: Service, request: Request) -> Response:
    """The versions of the law and the sections of the one in force, for everybody."""
    visitor = await visitor_of(service, request)
    proposed: list[ProposedLaw] = []
    if visitor.actor is not None and not visitor.actor.account:  # an office sees what waits
        waits, digest = await visitor.look(lambda market, rules: (waiting_laws(market.state), digest_of(market.state)))
        proposed = await service.readers.read(lambda book: compared(book, waits, digest))
    adopted = await service.readers.read(versions)
    role = "" if visitor.actor is None or visitor.actor.state != "active" else visitor.actor.role
    may = await visitor.look(lambda market, rules: may_adopt(rules, role))
    return page(visitor, "law.html.j2", versions=adopted, subjects=contents(), proposed=proposed, may=may)


def may_adopt(rules: Rulebook, role: str) -> bool:
    """Whether a role adopts laws."""
    return "AdoptRulebook" in lookup.roles(rules).get(role, frozenset())


async def section(service: Service, request: Request) -> Response:
    """A section of the law in force, for everybody."""
    visitor = await visitor_of(service, request)
    name = request.path_params["section"]
    if name not in SECTIONS:
        raise Stopped("not_there", "a law has no section of that name")
    found = await visitor.look(lambda market, rules: text_of(rules, name))
    return page(visitor, "section.html.j2", text=found)
