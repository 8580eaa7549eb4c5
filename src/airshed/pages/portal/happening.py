"""What has happened, or would: events with what they move and the figures they carry, as the pages show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from airshed.engine.state import State
from airshed.model.allowance import count_of, is_strip, members
from airshed.model.measures import Unit, tonnes, yuan
from airshed.pages.kit.details import reason
from airshed.pages.kit.words import Language, Phrase, same
from airshed.pages.portal.names import Called, account_name, firm_name, group_name
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.breach_sections import SHORTFALL
from airshed.rulebook.chinese import word_zh as law_word
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.articles import article_zh
from airshed.service.forms.form import option_of
from airshed.service.forms.happened import RULES, WORDS, fact_zh, said_of_event
from airshed.service.forms.measures import Terms
from airshed.service.forms.told import named_parts, written

#: An instant as the book writes it, which is by the clock of the law; nobody reads its seconds.
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d)?", re.ASCII)
#: An hour as the book writes it.
_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)(?![\d:])", re.ASCII)
#: Most lines of one list on a page.
MOST = 12
#: Figures that a page does not repeat: what is moved stands by itself.
MOVES = ("entry",)


class EventFigure(NamedTuple):
    """A figure of an event with its name."""

    name: Phrase
    text: Phrase


class Happening(NamedTuple):
    """An event on a page."""

    title: Phrase
    facts: Sequence[EventFigure]
    #: What goes from whom to whom, a line each.
    moves: Sequence[Phrase]


class Change(NamedTuple):
    """What an account has before and after."""

    what: Phrase
    before: Phrase
    after: Phrase
    difference: Phrase


def amount(value: int, unit: Unit | None, rules: Rulebook) -> Phrase:
    """A figure with its unit in both languages.

    >>> from airshed.rulebook.load import find, load
    >>> amount(40_000, Unit.ALLOWANCES, load(find("dianzhong")))
    Phrase(en='40 t', zh='40吨')
    """
    return Phrase(*(_written(value, unit, rules, language) for language in ("en", "zh")))


def mass_of(count: int | Mapping[str, int], rules: Rulebook, series: str = "") -> Phrase:
    """Allowances of a series; of a strip those of each year and all together.

    >>> from airshed.rulebook.load import find, load
    >>> mass_of(50_000, load(find("dianzhong")), "SO2-KM-2027..2028")
    Phrase(en='50 t a year (100 t in all)', zh='每年50吨（共100吨）')
    """
    each = dict.fromkeys(members(series), count) if isinstance(count, int) else count
    whole = amount(sum(each.values()), Unit.ALLOWANCES, rules)
    if len(each) < 2:
        return whole
    if len(set(each.values())) > 1:
        return Phrase(f"{whole.en} of {len(each)} years in all", f"{len(each)}个年份共{whole.zh}")
    one = amount(next(iter(each.values())), Unit.ALLOWANCES, rules)
    return Phrase(f"{one.en} a year ({whole.en} in all)", f"每年{one.zh}（共{whole.zh}）")


def in_column(value: int, unit: Unit, rules: Rulebook) -> Phrase:
    """A figure in a column: tonnes with three decimals and money with two, as its neighbours have.

    >>> from airshed.rulebook.load import find, load
    >>> in_column(45, Unit.ALLOWANCES, load(find("dianzhong")))
    Phrase(en='0.045 t', zh='0.045吨')
    >>> in_column(521_730, Unit.FEN, load(find("dianzhong")))
    Phrase(en='5,217.30 yuan', zh='5,217.30元')
    """
    name = rules.currency
    match unit:
        case Unit.ALLOWANCES | Unit.KG:
            mass = tonnes(value * (rules.allowance.size_kg if unit is Unit.ALLOWANCES else 1))
            return Phrase(f"{mass} t", f"{mass}吨")
        case Unit.FEN:
            return Phrase(f"{yuan(value)} {name.name_en}", f"{yuan(value)}{name.name_zh}")
        case Unit.FEN_PER_T:
            return Phrase(f"{yuan(value)} {name.name_en}/t", f"{yuan(value)}{name.name_zh}/吨")
    return amount(value, unit, rules)


def lots_of(count: int, rules: Rulebook) -> str:
    """The fewest whole lots that cover a count, in tonnes as a form takes them.

    >>> from airshed.rulebook.load import find, load
    >>> lots_of(18_384, load(find("dianzhong"))), lots_of(0, load(find("dianzhong")))
    ('18.4', '')
    """
    lots = -(-count // rules.trading.lot)
    mass = f"{lots * rules.trading.lot * rules.allowance.size_kg / 1000:.3f}".rstrip("0").rstrip(".")
    return mass if count else ""


def _written(value: Any, unit: Unit | None, rules: Rulebook, language: Language) -> str:
    return as_read(written(value, unit, terms_for(rules, language)), language)


def terms_for(rules: Rulebook, language: Language) -> Terms:
    """How a page writes amounts in a language: money with both places."""
    terms = Terms.of(rules)._replace(places=True)
    return terms._replace(money=rules.currency.name_zh) if language == "zh" else terms


def as_read(text: str, language: Language) -> str:
    """Units as a language writes them, instants and hours as people do.

    >>> as_read("2027-01-18T06", "en"), as_read("40 t", "zh"), as_read("until 2027-01-18T16:00:00+08:00", "en")
    ('2027-01-18 06:00', '40吨', 'until 2027-01-18 16:00')
    """
    return in_language(_HOUR.sub(r"\1 \2:00", _INSTANT.sub(r"\1 \2", text)), language)


def in_language(text: str, language: Language) -> str:
    """Units as a language writes them.

    >>> in_language("4,100 元/t a year, 40 t", "zh")
    '4,100元/吨·年, 40吨'
    """
    if language == "en":
        return text
    text = text.replace("/t a year", "/吨·年").replace("/t", "/吨")
    text = re.sub(r"(?<=\d) t(?![A-Za-z])", "吨", text)
    text = re.sub(r"(?<=\d) kg(?![A-Za-z])", "千克", text)
    text = re.sub(r"(?<=\d) g(?![A-Za-z])", "克", text)
    return re.sub(r"(?<=\d) (?=[\u3400-\u9fff])", "", text)


def happenings(events: Iterable[Any], rules: Rulebook, called: Called | None = None) -> list[Happening]:
    """Events as a page shows them; accounts as they are called there."""
    return [_happening(event, rules, called or partial(account_name, rules)) for event in events]


def _happening(event: Any, rules: Rulebook, called: Called) -> Happening:
    facts, kind = [], type(event).__name__
    for field, _, value, unit in named_parts(event):
        if field in MOVES or field in RULES or isinstance(value, msgspec.Struct):
            continue
        if not value and f"{kind}.{field}" in NOTHING:
            continue
        if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            continue
        name = option_of(field).replace("-", " ")
        texts = Phrase(*(_written(value, unit, rules, language) for language in ("en", "zh")))
        if unit is Unit.MG and isinstance(value, dict) and kind.startswith("Year"):
            texts = _masses(value, rules)
        if isinstance(value, str | bool):
            texts = Phrase(word_en(field, texts.en), word_zh(field, texts.zh, rules))
        if field == "count" and is_strip(str(getattr(event, "series", ""))):
            texts = mass_of(value, rules, event.series)
        if isinstance(value, str) and field in ACCOUNTS:
            texts = called(value)
        if isinstance(value, tuple) and value and field in WRITTEN:
            texts = Phrase(texts.en, "；".join(word_zh(field, each, rules) for each in value))
        facts.append(EventFigure(Phrase(name[:1].upper() + name[1:], fact_zh(field, kind)), texts))
    moves = list(_moves(event, rules, called))
    if len(moves) > MOST:
        more = len(moves) - MOST
        moves = [*moves[:MOST], Phrase(f"and {more} more", f"另有{more}笔")]
    return Happening(Phrase(*said_of_event(type(event))), facts, moves)


def ground_of(rules: Rulebook, ground: str) -> Phrase:
    """What a case is about, in words."""
    found = {row.ground: Phrase(row.name_en, row.name_zh) for row in rules.cases.grounds}
    return found.get(ground, Phrase("Shortfall", "欠缴") if ground == SHORTFALL else same(ground))


def _masses(by_pollutant: Mapping[str, int], rules: Rulebook) -> Phrase:
    """The masses of a year, in tonnes to the kilogram."""
    shown = {code: in_column(round(mg / 1_000_000), Unit.KG, rules) for code, mg in by_pollutant.items()}
    return Phrase(
        "; ".join(f"{code} {mass.en}" for code, mass in shown.items()),
        "；".join(f"{code} {mass.zh}" for code, mass in shown.items()),
    )


#: Fields whose text is one of a few words, and no name.
WORDED = frozenset(
    (
        *("opinion", "pay", "side", "kind", "trade", "direction", "ground", "step", "severity"),
        *("venue", "delivery", "way", "how", "type"),
    )
)
#: Fields with what somebody wrote, or the law's own course and the checks did.
WRITTEN = frozenset(("reason", "item", "answer", "explained", "comments"))
#: Fields that name an account.
ACCOUNTS = frozenset(
    (
        *("account", "origin", "target", "buyer", "seller", "other", "trusted", "holder"),
        *("lessor", "lessee", "pledgor", "pledgee"),
    )
)
#: Figures of an event that are nothing where they are zero: a sealed bid sets aside money or allowances.
NOTHING = frozenset(("BidSealed.count", "BidSealed.guarantee_fen"))


def word_en(field: str, text: str) -> str:
    """A text in English where it is a word of its field, as its form says it.

    >>> word_en("kind", "transfer"), word_en("account", "new")
    ('transfer by agreement', 'new')
    """
    if field not in WORDED:
        return text
    return (WORDS.get(f"{field}.{text}") or WORDS.get(text) or (text, text))[0]


def word_zh(field: str, text: str, rules: Rulebook) -> str:
    """A text in Chinese where it is a word of its field, or the code of a sector or role; a name stays as it is."""
    if field == "sector":
        return next((row.name_zh for row in rules.sectors if row.code == text), text)
    if field == "role":
        return next((row.name_zh for row in rules.people if row.code == text), text)
    if field == "ground" and text in (SHORTFALL, *(row.ground for row in rules.cases.grounds)):
        return ground_of(rules, text).zh
    if field in WRITTEN:
        return reason(text).zh
    if field == "group":
        return group_name(text).zh
    if field == "name":
        return firm_name(rules, text).zh
    if field == "cite":
        return article_zh(text)
    if field == "method":
        return law_word("allocation", "method", text)
    if field == "mark" and f"kind.{text}" in WORDS:
        return WORDS[f"kind.{text}"][1]
    if field in WORDED:
        return (WORDS.get(f"{field}.{text}") or WORDS.get(text) or (text, text))[1]
    return {"yes": "是", "no": "否"}.get(text, text)


def _moves(event: Any, rules: Rulebook, called: Called) -> Iterator[Phrase]:
    for move in getattr(event, "entry", ()):
        match move:
            case Delivered(origin=origin, target=target, series=series, blocks=blocks):
                count = amount(count_of(blocks), Unit.ALLOWANCES, rules)
                way = _way(called(origin), called(target))
                yield Phrase(f"{count.en} of {series}: {way.en}", f"{series} {count.zh}：{way.zh}")
            case Paid(origin=origin, target=target, fen=fen) if fen:
                money = amount(fen, Unit.FEN, rules)
                way = _way(called(origin), called(target))
                yield Phrase(f"{money.en}: {way.en}", f"{money.zh}：{way.zh}")


def _way(origin: Phrase, target: Phrase) -> Phrase:
    return Phrase(f"{origin.en} → {target.en}", f"{origin.zh} → {target.zh}")


def changes(events: Iterable[Any], state: State, account: str, rules: Rulebook) -> list[Change]:
    """What an account has of each thing that events move, before and after."""
    money = 0
    counts: dict[str, int] = {}
    for event in events:
        for move in getattr(event, "entry", ()):
            if account not in (move.origin, move.target) or move.origin == move.target:
                continue
            sign = 1 if move.target == account else -1
            if isinstance(move, Paid):
                money += sign * move.fen
            else:
                counts[move.series] = counts.get(move.series, 0) + sign * count_of(move.blocks)
    found = [position_change(state, account, series, count, rules) for series, count in counts.items() if count]
    return [*found, *(purse_change(state, account, money, rules) if money else ())]


def position_change(state: State, account: str, series: str, difference: int, rules: Rulebook) -> Change:
    """What an account has of a series, before and after."""
    position = state.ledger.positions.get((account, series))
    return _change(same(series), position.count if position is not None else 0, difference, Unit.ALLOWANCES, rules)


def purse_change(state: State, account: str, difference: int, rules: Rulebook) -> list[Change]:
    """What an account has of money, before and after; nothing of one without a purse."""
    purse = state.ledger.purses.get(account)
    return [] if purse is None else [_change(Phrase("Money", "资金"), purse.fen, difference, Unit.FEN, rules)]


def signed(difference: int, unit: Unit, rules: Rulebook) -> Phrase:
    """A difference with its sign."""
    sign, moved = "+" if difference > 0 else "−", amount(abs(difference), unit, rules)
    return Phrase(f"{sign}{moved.en}", f"{sign}{moved.zh}")


def _change(what: Phrase, before: int, difference: int, unit: Unit, rules: Rulebook) -> Change:
    after = amount(before + difference, unit, rules)
    return Change(what, amount(before, unit, rules), after, signed(difference, unit, rules))
