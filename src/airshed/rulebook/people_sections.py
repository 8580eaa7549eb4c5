"""Who may do what, as law: the roles, who founds the programme, and the matrix of roles and commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from airshed.rulebook.command_names import CommandName
from airshed.rulebook.kinds import Name
from airshed.rulebook.section import Section

#: The narrowest scope with which a role may send a command.
Scope = Literal["zone", "jurisdiction", "account"]
#: A role, which is also the head of a column.
RoleName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z", examples=["city"])]


class RoleRight(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One cell of `roles.csv`: a command that a role may send."""

    #: The command, at the head of the row. 业务。
    command: CommandName
    #: The role, at the head of the column. 角色。
    role: RoleName
    #: "zone": for the whole zone only. "jurisdiction": who is bound to a jurisdiction sends it for what lies there.
    #: "account": who is bound to an account sends it for that account. 权限范围。
    scope: Scope


class Roles(Section, frozen=True, omit_defaults=True):
    """Which commands take two; who may send which command is in `roles.csv`."""

    #: Commands that take effect only when a second actor, who may send them too, confirms them. 须两人办理的业务。
    second: tuple[CommandName, ...]
    #: Days after which an act that nobody confirmed has lapsed; never, where it is left out. 未复核业务失效天数。
    act_expires_days: Annotated[int, Meta(ge=1, le=366)] | None = None
    #: Whether an account that would count as another's own, being of its group or holder, is opened by two: one who
    #: approves for such an account confirms it, and where nobody does, another who opens accounts. 关联账户开户须两人。
    joining_takes_two: bool = False
    #: 明细。
    rows: tuple[RoleRight, ...] = ()


class PeopleRule(Section, frozen=True):
    """A role that people and machines are registered in."""

    #: Short name, as commands and the columns of `roles.csv` give it. 代码。
    code: RoleName
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: What an actor in this role is bound to: the whole "zone", a "jurisdiction", an "account", or "any" of the three.
    #: 绑定范围。
    bound: Literal["zone", "jurisdiction", "account", "any"]
    #: Kinds of account that it may act for; empty for a role that acts for none. 可代理的账户类别。
    accounts: tuple[Literal["operator", "trader", "public"], ...]
    #: Roles that may register somebody in it. 可登记该角色的角色。
    registered_by: tuple[RoleName, ...]
    #: Role whose people confirm a registration that takes two; left out: another of those who register. 登记复核角色。
    confirmed_by: RoleName | None = None
    #: Fewest people or machines in it through whom an account acts; who only reads counts for none. 最少人数。
    least: Annotated[int, Meta(ge=0, le=100)] = 0
    #: Most of them that an account may have. 最多人数。
    most: Annotated[int, Meta(ge=1, le=1000)] = 1000


class FounderRule(Section, frozen=True):
    """Somebody whom the first adoption of the law registers, so that acts of two can be done from the first day."""

    #: Name under which the person sends commands. 办理人。
    actor: Name
    #: The role, for the whole zone. 角色。
    role: RoleName


@lru_cache(maxsize=64)
def row_of(codes: tuple[str, ...]) -> type[msgspec.Struct]:
    """The kind of a row of `roles.csv`: a command, and for every role the scope, or nothing.

    >>> row_of(("city", "trader")).__struct_fields__
    ('command', 'city', 'trader')
    """
    columns = [(code, Scope | None) for code in codes]
    return msgspec.defstruct("RoleRow", [("command", CommandName), *columns], module=__name__)


def rights_of(rows: Sequence[tuple[int, Mapping[str, Any]]]) -> list[tuple[int, dict[str, Any]]]:
    """The cells of `roles.csv` that are not empty, each with its line."""
    return [
        (line, {"command": row["command"], "role": role, "scope": scope})
        for line, row in rows
        for role, scope in row.items()
        if role != "command" and scope is not None
    ]
