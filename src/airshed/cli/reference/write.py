"""Writes the reference pages from the code: `python -m airshed.cli.reference.write docs/reference`."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect as kinds

from airshed.cli.act.help import shell_line
from airshed.cli.reference.examples import examples
from airshed.engine import commands, events
from airshed.engine.decide import PROCEDURES, WARNS, confirm_act
from airshed.engine.journal import Record
from airshed.engine.procedures import deadlines, guards, trade_rules
from airshed.engine.procedures import mark as marking
from airshed.engine.procedures import people as administering
from airshed.engine.procedures import report_checks as examining
from airshed.engine.tables import TABLES
from airshed.engine.tables.table import Column
from airshed.market.auction.waiting import Waiting
from airshed.model.allowance import SerialBlock
from airshed.model.refusal import Refusal, Why
from airshed.mrv.findings import SEEN
from airshed.registry.accounts import Account
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load
from airshed.rulebook.reference import markdown as rulebook_page
from airshed.rulebook.schema import Rulebook
from airshed.service.book.embargo import EMISSIONS
from airshed.service.book.sending import AddressedCommand
from airshed.service.forms.chinese import both, field_zh, room_of
from airshed.service.forms.english import meaning
from airshed.service.forms.measures import Terms, unit_of

#: The root of the project: the pages are written where it is worked on, not where it is installed.
ROOT = Path(__file__).parents[4]
TRANSCRIPTS = ROOT / "tests" / "transcripts"
NAMES = ROOT / "src" / "airshed" / "rulebook" / "command_names.py"
TABLE_NAMES = NAMES.with_name("table_names.py")
GENERATED = "This page is generated from the code (`make docs`); a test keeps it so."
#: Reasons that hold before a procedure is asked; adopting the first rulebook needs none of the last three.
ALWAYS = (Why.KEY_REUSED, Why.NO_RULEBOOK, Why.UNKNOWN_ACTOR, Why.ROLE_MAY_NOT)
#: Where procedures find reasons that they share.
COMMON = (guards, deadlines, examining, marking, trade_rules)
BODIES: tuple[type[msgspec.Struct], ...] = get_args(commands.Body)
EVENTS: tuple[type[msgspec.Struct], ...] = get_args(events.Event)
INNER: tuple[type[msgspec.Struct], ...] = (
    commands.StackEntry,
    commands.ActivityLine,
    commands.ActivityDetail,
    commands.FindingLine,
    commands.ZoneRound,
    commands.ZoneAnswer,
    commands.BookPrice,
    commands.LimitPrice,
    commands.FlowLine,
    commands.PlanLine,
)
PARTS: tuple[type[msgspec.Struct], ...] = (
    events.Award,
    events.OutOfControl,
    events.AuctionAward,
    events.CallFill,
    events.AuctionProceeds,
    events.BidRefused,
    events.Containment,
    Waiting,
    events.Serving,
    events.Settlement,
    events.Owed,
    events.Granted,
    events.RepurchaseAward,
    events.CheckResult,
    Account,
    events.ZoneFill,
    events.ZoneLimit,
    events.ZoneRoundCleared,
)
#: Unions by their members, in words.
UNIONS: dict[frozenset[type], str] = {
    frozenset(BODIES): "a body, as below",
    frozenset(EVENTS): "an event, as below",
    frozenset((Delivered, Paid)): "a move",
}


def pages() -> dict[str, str]:
    """Every reference page by its file name."""
    from airshed.cli.main import ROOMS, build
    from airshed.cli.reference.api import markdown as api_page
    from airshed.cli.reference.scenarios import markdown as scenarios_page
    from airshed.cli.reference.shell import markdown as cli_page
    from airshed.cli.reference.study import markdown as study_page
    from airshed.cli.reference.who import markdown as who_page

    rules = load(find("dianzhong"))
    return {
        "rulebook.md": rulebook_page(),
        "scenarios.md": scenarios_page(GENERATED),
        "commands.md": commands_page(rules),
        "events.md": events_page(),
        "refusals.md": refusals_page(),
        "cli.md": cli_page(build(ROOMS), GENERATED),
        "read-tables.md": tables_page(),
        "findings.md": findings_page(),
        "who-may-do-what.md": who_page(rules, GENERATED),
        "api.md": api_page(GENERATED),
        "study.md": study_page(GENERATED),
    }


# --- commands


def commands_page(rules: Rulebook) -> str:
    """Every command: what it wishes, its fields, who may send it, an example, what may refuse it."""
    shown, terms = examples(TRANSCRIPTS), Terms.of(rules)
    parts = [
        "# Commands\n\n"
        "A command is a wish: who sends it, a key under which it counts once, and a body. `airshed book send BOOK "
        "FILE` takes one a line; `airshed act` makes one from options, in the "
        "units that people use. Counts are allowances of one kilogram, prices fen per tonne, money fen (100 fen = "
        "1 yuan). Unknown and mistyped fields make a command malformed: nothing is written. A command that the rules "
        "do not allow is [refused](refusals.md): that is written, with the article, and changes nothing. Roles are "
        "those of the shipped rulebook; an example leads to the transcript that plays it.\n\n"
        f"{GENERATED}\n\n## The envelope\n\n{_fields(AddressedCommand)}"
    ]
    for body in BODIES:
        if body.__name__ not in shown:
            raise LookupError(f"{body.__name__} is played in no transcript: send it in one of {TRANSCRIPTS}")
        example = shown[body.__name__]
        where = f"[{example.transcript}](../../tests/transcripts/{example.transcript}.md)"
        said = f"Example, sent at {example.at} in {where}{', where it is refused' * example.refused}"
        english, chinese = both(body)
        roles = lookup.senders(rules, body.__name__)
        why = ", ".join(f"[`{each}`](refusals.md)" for each in reasons()[body])
        parts.append(
            f"## {body.__name__}\n\n*{' '.join(room_of(body.__module__))}*\n\n"
            f"{english} {chinese}。\n\n{_fields(body, chinese=True)}\nSent by: {', '.join(roles)}.\n\n"
            f"{said}:\n\n```json\n{example.line}\n```\n\n{_by_options(example.line, terms)}\n\n"
            f"May be refused: {why}.\n"
        )
    parts += [f"## {each.__name__}\n\n{inspect.getdoc(each)}\n\n{_fields(each)}" for each in INNER]
    return "\n".join(parts)


def _by_options(line: str, terms: Terms) -> str:
    """The same command without JSON."""
    command = msgspec.json.decode(line, type=commands.Command)
    return f"The same from options:\n\n```\n{shell_line(command.body, 'BOOK', command.actor, terms)}\n```"


def _fields(struct: type[msgspec.Struct], *, chinese: bool = False) -> str:
    lines = ["| field | holds | meaning |", "|---|---|---|"]
    for field in _info(struct).fields:
        unit = unit_of(field.name, field.type)
        holds = _holds(field.type) + (f", {unit}" if unit else "") + ("" if field.required else "; may be left out")
        said = meaning(struct, field.name) + (f" {field_zh(struct.__name__, field.name)}。" if chinese else "")
        lines.append(f"| `{field.name}` | {holds} | {said} |")
    if len(lines) == 2:
        return "No fields.\n"
    return "\n".join(lines) + "\n"


def _info(struct: type[msgspec.Struct]) -> Any:
    return kinds.type_info(struct)


def _holds(kind: Any) -> str:
    match kind:
        case kinds.IntType():
            return "whole number" if kind.ge is None or kind.ge < 0 else f"whole number, {kind.ge} to {kind.le}"
        case kinds.Metadata(extra_json_schema={"title": title}):
            return str(title)
        case kinds.Metadata(type=inner):
            return _holds(inner)
        case kinds.StrType(pattern=None):
            return f"text{_lengths(kind)}"
        case kinds.BoolType():
            return "true or false"
        case kinds.LiteralType():
            return " or ".join(f"`{value}`" for value in kind.values)
        case kinds.EnumType(cls=cls):
            return "a code" if cls is Why else " or ".join(f"`{each.value}`" for each in cls)
        case kinds.VarTupleType() | kinds.ListType():
            return f"list of {_holds(kind.item_type)}"
        case kinds.TupleType():
            return f"[{', '.join(_holds(each) for each in kind.item_types)}]"
        case kinds.DictType():
            return f"object: {_holds(kind.key_type)}, to {_holds(kind.value_type)}"
        case kinds.StructType():
            return str(kind.cls.__name__)
        case kinds.UnionType():
            held = [each.cls for each in kind.types if isinstance(each, kinds.StructType)]
            return UNIONS.get(frozenset(held)) or " or ".join(_holds(each) for each in kind.types)
        case kinds.NoneType():
            return "null"
        case _:
            raise LookupError(f"no words for {kind}")


def _lengths(kind: kinds.StrType) -> str:
    return "" if kind.max_length is None else f", {kind.min_length or 0} to {kind.max_length} characters"


# --- refusals


@cache
def reasons() -> Mapping[type, tuple[Why, ...]]:
    """The refusals that each command can get, in order of precedence, read from the source of its procedure."""
    known: dict[type, Callable[..., Any]] = {
        **PROCEDURES,
        commands.AdoptRulebook: administering.adopt,
        commands.ConfirmAct: confirm_act,
    }
    found: dict[type, tuple[Why, ...]] = {}
    for body in BODIES:
        early = (Why.KEY_REUSED,) if body is commands.AdoptRulebook else ALWAYS
        named = _given(known[body]) | ({Why.UNCONFIRMED.name} if body in WARNS else set())
        found[body] = tuple(why for why in Why if why in early or why.name in named)
    return found


def _given(procedure: Callable[..., Any]) -> set[str]:
    """Names of `Why` in a procedure, and in what it calls in its own module and in the guards."""
    own = _functions(procedure.__module__)
    shared = {name: node for module in COMMON for name, node in _functions(module.__name__).items()}
    named: set[str] = set()
    seen: set[str] = set()
    waiting = [procedure.__name__]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for node in ast.walk(own.get(name) or shared[name]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Why":
                named.add(node.attr)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                waiting += [node.func.id] if node.func.id in own or node.func.id in shared else []
    return named


@cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def refusals_page() -> str:
    """Every reason to refuse, in order of precedence, with the commands that can get it."""
    lines = [
        "# Refusals\n\n"
        "A refusal is an answer: it stands in the book with the reason, a sentence that names the thing, the place and "
        "the cure, and the article of the rulebook it rests on; nothing else changes. Reasons are looked for in this "
        "order, and the first that holds is given. *Malformed* input is something else: it never reaches the book "
        "(see [architecture](../explanation/architecture.md#four-kinds-of-no)).\n\n"
        f"{GENERATED}\n\n{_fields(Refusal)}\n"
        "| # | `why` | meaning | 含义 | commands that can get it |\n|---|---|---|---|---|"
    ]
    for number, why in enumerate(Why, 1):
        by = [f"[{body.__name__}](commands.md#{body.__name__.lower()})" for body in BODIES if why in reasons()[body]]
        if why is Why.KEY_REUSED:
            by = ["every command"]
        elif why in ALWAYS and len(by) >= len(BODIES) - 1:
            by = ["every command but AdoptRulebook" if len(by) < len(BODIES) else "every command"]
        lines.append(f"| {number} | `{why}` | {why.english} | {why.chinese} | {', '.join(by) or 'none yet'} |")
    return "\n".join(lines) + "\n"


# --- events


def events_page() -> str:
    """Every event with its fields, the record around it, and the moves of an entry."""
    parts = [
        "# Events\n\n"
        "An event is a fact: what a command came to. Events carry results (prices, serials, masses), so that applying "
        "one never asks a rule. Counts are allowances, prices fen per tonne, money fen, masses milligrams.\n\n"
        f"{GENERATED}\n\n## Record\n\n{inspect.getdoc(Record)}\n\n{_fields(Record)}\n"
        "## Entry\n\nA list of moves, all or none. A move is a list:\n\n"
        f"* `{_array(Delivered)}`: {inspect.getdoc(Delivered)}\n* `{_array(Paid)}`: {inspect.getdoc(Paid)}\n\n"
        f"`blocks` is a list of `{_array(SerialBlock)}`: {inspect.getdoc(SerialBlock)}\n"
    ]
    parts += [f"## {each.__name__}\n\n{inspect.getdoc(each)}\n\n{_fields(each)}" for each in (*EVENTS, *PARTS)]
    return "\n".join(parts)


def _array(struct: type[msgspec.Struct]) -> str:
    tag = struct.__struct_config__.tag
    return "[" + ", ".join([f'"{tag}"'] * (tag is not None) + list(struct.__struct_fields__)) + "]"


# --- read tables


def tables_page() -> str:
    """Every read table with its columns."""
    parts = [
        "# Read tables\n\n"
        "Plain SQL tables in the book's own SQLite file, written in the same transaction as the records, so that any "
        "tool can read them: `sqlite3 -readonly BOOK`. They hold nothing that does not follow from the records: "
        "`airshed book verify` compares, `airshed replay BOOK --rebuild` writes them anew. Beside them lie `journal` "
        "(seq, hash, record: the book itself), `laws` (adopted rulebooks) and `meta`.\n\n"
        "Instants are milliseconds since 1970 (UTC), counts allowances of one kilogram, and fen hundredths of the "
        "money of the law. `airshed book show BOOK TABLE` prints them as people read them, in the time and money of "
        "the law and in tonnes; with `--raw` as they stand here.\n\n"
        f"{GENERATED}\n"
    ]
    for table in TABLES:
        rows = "\n".join(_column(column, place < table.key) for place, column in enumerate(table.parts))
        kept = "A row per event, never changed." if table.listed else "A row per key, as things stand."
        head = "| column | type | counted in | holds |\n|---|---|---|---|"
        parts.append(f"## {table.name}\n\n{table.shows} {kept}\n\n{head}\n{rows}\n")
    return "\n".join(parts)


def _column(column: Column, key: bool) -> str:
    name, kind = column.sql.split()
    return f"| `{name}`{' (key)' if key else ''} | {kind} | {column.unit or ''} | {column.holds} |"


# --- findings


def findings_page() -> str:
    """The page of findings as it stands, with the table of today's."""
    text = (ROOT / "docs" / "reference" / "findings.md").read_text("utf-8")
    head = "| finding | what it means | what it does to its hours | rests on |\n|---|---|---|---|\n"
    before, _, after = text.partition(head)
    rest = after[after.index("\n\n") :]
    rows = [f"| `{code}` | {seen.means} | {seen.effect} | {seen.rests} |" for code, seen in sorted(SEEN.items())]
    return before + head + "\n".join(rows) + rest


def command_names() -> str:
    """The module that tells the law, which lies below the engine, what commands there are."""
    lines = "".join(f'    "{body.__name__}",\n' for body in BODIES)
    return (
        '"""What a role may be allowed to send. Written from the commands of the engine (`make docs`)."""'
        f"\n\nfrom __future__ import annotations\n\nfrom typing import Literal\n\nCommandName = Literal[\n{lines}]\n"
    )


def table_names() -> str:
    """The module that tells the law what read tables there are."""
    lines = "".join(f'    "{table.name}",\n' for table in TABLES)
    yearly = "".join(f'    "{table.name}",\n' for table in TABLES if table.name in EMISSIONS)
    return (
        '"""What a role may be allowed to read. Written from the read tables of the engine (`make docs`)."""'
        f"\n\nfrom __future__ import annotations\n\nfrom typing import Literal\n\nTableName = Literal[\n{lines}]\n"
        f"#: Those with figures of years, whose rows may be published.\nYEARLY = (\n{yearly})\n"
    )


def written(folder: Path) -> Iterator[Path]:
    """Write every page whose text has changed, and name it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            yield path
