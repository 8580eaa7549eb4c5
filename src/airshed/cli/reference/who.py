"""The page of who may do what: every command by every role, from the law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airshed.engine.tables import TABLES
from airshed.rulebook import lookup
from airshed.rulebook.check_people import apart
from airshed.rulebook.reading_section import EVERYBODY, FIGURES, RECORDS, STATEMENTS
from airshed.rulebook.schema import Rulebook

_HEAD = """# Who may do what

The roles of the shipped rulebook and what each may send, as `airshed rules roles dianzhong` prints it. A cell says the
narrowest scope that suffices: **zone**, it is for who acts in the whole zone; **place**, who is bound to a jurisdiction
sends it for what lies there; **account**, who is bound to an account sends it for that account. An empty cell refuses
with [`role_may_not`](refusals.md), a place or an account that is another's with [`out_of_scope`](refusals.md) or
[`not_your_own`](refusals.md). Why it is so: [who may do what](../explanation/who-may-do-what.md).
"""
_READS = """## Read tables

Who reads what over HTTP and in the portal, as `airshed rules readers dianzhong` prints it. Everybody, signed in or
not, reads **all** of what is public, and of the years those whose figures are **published**, with the records
that set them. A cell of a role says
the widest scope at which it reads more: **account**, who is bound to an account reads the rows of that account, its
sources, stacks and people; **place**, who is bound to a jurisdiction reads what lies there too; **zone**, who acts in
the whole zone reads every row. Whatever the cell, nobody reads a sealed bid of others before its hour. `records` are
the records of the book, `statements` what moved in an account, `figures` those of years before the law says that they
are public. Who is suspended reads what everybody does.
"""
_SAID = {"zone": "zone", "jurisdiction": "place", "account": "account"}


def markdown(rules: Rulebook, generated: str) -> str:
    """The page."""
    return "\n".join(
        (_HEAD, f"{generated}\n", _roles(rules), _founders(rules), _matrix(rules), _reading(rules), _apart(), "")
    )


def _roles(rules: Rulebook) -> str:
    lines = ["## Roles 角色", "", "| role | 角色 | bound to | acts for | registered by | confirmed by | least | most |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for role in rules.people:
        by = " ".join(f"`{code}`" for code in role.registered_by)
        accounts = ", ".join(role.accounts)
        few = (role.least, role.most) if role.accounts else ("", "")
        confirmed = f"`{role.confirmed_by}`" if role.confirmed_by else "another who registers"
        if role.bound == "account":
            confirmed = f"one who approves for the account; the first, {confirmed}"
        lines.append(
            f"| {role.name_en}, `{role.code}` | {role.name_zh} | {role.bound} | {accounts} | {by} | {confirmed} "
            f"| {few[0]} | {few[1]} |"
        )
    return "\n".join((*lines, ""))


def _founders(rules: Rulebook) -> str:
    named = ", ".join(f"`{founder.actor}` ({founder.role})" for founder in rules.founders)
    return f"## Founders 创始人员\n\nRegistered by the first adoption of the law: {named}.\n"


def _matrix(rules: Rulebook) -> str:
    held, people = lookup.rights(rules), list(lookup.people(rules))
    lines = ["## Commands 指令", "", f"| command | takes | {' | '.join(people)} |", "|---|---|" + "---|" * len(people)]
    for command in sorted({right.command for right in rules.roles.rows}):
        cells = [_SAID.get(held.get((role, command), ""), "") for role in people]
        two = "two" if command in rules.roles.second else ""
        lines.append(f"| [{command}](commands.md#{command.lower()}) | {two} | {' | '.join(cells)} |")
    return "\n".join((*lines, ""))


def _reading(rules: Rulebook) -> str:
    held, people = lookup.reading(rules), list(lookup.people(rules))
    lines = [_READS, f"| table | everybody | {' | '.join(people)} |", "|---|---|" + "---|" * len(people)]
    for name in sorted(table.name for table in TABLES):
        lines.append(f"| [{name}](read-tables.md#{name}) | {_reads(held, people, name)} |")
    lines += [f"| `{name}` | {_reads(held, people, name)} |" for name in (RECORDS, STATEMENTS, FIGURES)]
    return "\n".join((*lines, ""))


def _reads(held: Mapping[tuple[str, str], str], people: Sequence[str], name: str) -> str:
    cells = [_SAID.get(held.get((role, name), ""), "") for role in people]
    return " | ".join((held.get((EVERYBODY, name), ""), *cells))


def _apart() -> str:
    lines = [
        "## Apart 不相容职责",
        "",
        "No law loads in which one role may send both.",
        "",
        "| one | other | or it | source |",
    ]
    lines.append("|---|---|---|---|")
    lines += [f"| {pair.one} | {pair.other} | {pair.why} | {pair.cite} |" for pair in apart()]
    return "\n".join(lines)
