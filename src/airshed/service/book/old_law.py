"""A law of format 5 in the words of today: its roles as a matrix, and what it meant where it said nothing.

Its one authority registered people and gave out allowances, which no role does both of today. So what it registered is
sent by a registrar of its own in the new book, and its founders are named after it.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any

from airshed.engine.commands import Body, OpenAccount, RegisterActor
from airshed.rulebook.load import MAIN, ROLES
from airshed.rulebook.reading_section import FILE as READING
from airshed.rulebook.transactions import FILE as TRANSACTIONS

#: Roles of format 5, with what they are bound to today, and for which accounts.
OLD_ROLES = {
    "authority": ("zone", ""),
    "operator": ("account", '"operator", "trader"'),
    "verifier": ("zone", ""),
    "exchange": ("zone", ""),
    "bank": ("zone", ""),
    "monitor": ("zone", ""),
}
#: What the authority sent and a registrar sends today.
REGISTERS = ("RegisterActor", "OpenAccount")
_CITE = 'cite = "Format 5: [roles], written anew"\nstatus = "to confirm"\n'


def of_today(texts: dict[str, bytes]) -> dict[str, bytes]:
    """The same law as it is written today; a law that is written so already is left as it is."""
    law: dict[str, Any] = tomllib.loads(texts[MAIN].decode("utf-8-sig"))
    held = law.get("roles", {})
    if "authority" not in held:
        return texts
    authority = law["programme"]["authority"]
    text = texts[MAIN].decode("utf-8-sig")
    for role in OLD_ROLES:
        text = re.sub(rf"^{role} = \[.*?\]\n", "", text, count=1, flags=re.MULTILINE | re.DOTALL)
    words = files("airshed.service.book").joinpath("format5.toml").read_text("utf-8")
    parts = [
        text.rstrip("\n"),
        *(_section(words, name) for name in tomllib.loads(words) if name not in law),
    ]
    parts += [_people(code, *OLD_ROLES[code]) for code in OLD_ROLES] + [_people("registrar", "zone", "")]
    parts += [_founder(name, "authority") for name in (authority, f"{authority}-second")]
    parts += [_founder(name, "registrar") for name in (registrar(authority), f"{registrar(authority)}-2")]
    new = {**texts, MAIN: ("\n\n".join(parts) + "\n").encode(), ROLES: _matrix(held).encode()}
    for name in (TRANSACTIONS, READING):
        if name not in texts:
            new[name] = files("airshed.service.book").joinpath(f"format5_{name}").read_bytes()
    return new


def registrar(authority: str) -> str:
    """Who registers people in the new book."""
    return f"{authority}-registrar"


def sender(actor: str, body: Body, authority: str) -> str:
    """Who sends a command of the old book in the new one."""
    return registrar(authority) if actor == authority and isinstance(body, RegisterActor | OpenAccount) else actor


def _section(words: str, name: str) -> str:
    found = re.search(rf"^\[{name}\]\n.*?(?=^\[|\Z)", words, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[0].strip()


def _people(code: str, bound: str, accounts: str) -> str:
    names = f'name_en = "{code}"\nname_zh = "{code}"\nbound = "{bound}"\naccounts = [{accounts}]\n'
    return f'[[people]]\ncode = "{code}"\n{names}registered_by = ["registrar"]\n{_CITE}'.rstrip()


def _founder(actor: str, role: str) -> str:
    return f'[[founders]]\nactor = "{actor}"\nrole = "{role}"\n{_CITE}'.rstrip()


def _matrix(held: dict[str, Any]) -> str:
    codes = [*OLD_ROLES, "registrar"]
    may = {code: set(held.get(code, ())) for code in OLD_ROLES}
    may["registrar"] = {*REGISTERS, "ConfirmAct", "RejectAct"}
    may["authority"] -= set(REGISTERS)
    lines = [f"command,{','.join(codes)}"]
    for command in sorted(set().union(*may.values())):
        scopes = {code: "account" if code == "operator" else "zone" for code in codes if command in may[code]}
        lines.append(",".join((command, *(scopes.get(code, "") for code in codes))))
    return "\n".join(lines) + "\n"
