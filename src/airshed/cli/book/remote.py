"""`airshed book show`, `send`, `confirm` and `reject` at a service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from airshed.cli.book.answers import MOST_WAITING, say, say_acts
from airshed.cli.book.shown_rows import say_table
from airshed.cli.server.kept import client_of, refusal_of
from airshed.cli.show import as_json, console, lines, of
from airshed.client import Refused
from airshed.engine.commands import Body, ConfirmAct, RejectAct
from airshed.engine.runner import Answer
from airshed.engine.tables import BY_NAME
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.load import load_texts
from airshed.service.book.sealed import ShownRows
from airshed.service.book.sending import for_book, read_commands
from airshed.service.http.shapes.commands import CommandReceipt
from airshed.service.http.shapes.problem import Problem

if TYPE_CHECKING:
    from airshed.client import Client
    from airshed.model.civil import CivilTime


def show_there(server: str, what: str, number: int, limit: int, *, last: bool, raw: bool, json: bool) -> None:
    """A summary, a record or a read table, as far as it is for who has signed in."""
    with client_of(server) as client:
        said = client.book()
        of(said.provenance)
        rules = load_texts(client.law(said.law.digest))
        if what == "summary":
            if json:
                as_json({"book": server, "records": said.records, "digest": said.hash})
            else:
                lines(f"{server}: {said.records} records, {rules.civil.clock(said.at)[:16]}", f"digest {said.hash}")
        elif what == "record":
            _record(client, number or said.records, rules.civil, json)
        elif what in BY_NAME:
            page = client.table(what, limit=limit, **({"last": True} if last else {}))
            columns = [column.name for column in BY_NAME[what].parts]
            rows = [tuple(row[name] for name in columns) for row in page.rows]
            found = ShownRows(columns, rows, page.total, dict(page.sealed), page.silent)
            say_table(what, found, rules.currency.name_en, rules.civil, raw, json)
        else:
            known = near(what, ("summary", "record", *BY_NAME))
            raise Malformed("book show", f"there is nothing called {what!r}", known)


def _record(client: Client, seq: int, civil: CivilTime, json: bool) -> None:
    found = client.record(seq)
    content = {name: value for name, value in msgspec.to_builtins(found).items() if name != "provenance"}
    if json:
        as_json(content)
        return
    at = "" if found.at is None else f"  {civil.clock(found.at)}"
    lines(f"record {found.seq}{at}  hash {found.hash}")
    console.print(msgspec.json.format(msgspec.json.encode(content), indent=2).decode())


def send_there(server: str, place: str, at: str, code: str, json: bool) -> None:
    """The commands of a file in one commit, as who has signed in; a refusal is an answer."""
    sent = read_commands(place)
    with client_of(server) as client:
        said = client.book()
        of(said.provenance)
        mine = client.me().actor
        for each in sent:
            if each.command.actor != mine:
                what = f"is by {each.command.actor[:60]!a}, and {mine or 'nobody of the book'} has signed in"
                raise Malformed(each.place, what, "send each person's own, after airshed sign-in")
        law = load_texts(client.law(said.law.digest))
        wishes = for_book(sent, said.first, server)
        told = client.send_several([(wish.key, wish.body) for wish in wishes], at=at, code=code)
        answers = [_answer(each) for each in told]
    say(answers, json)
    if not json:
        waits = [wait for each in told if isinstance(each, CommandReceipt) for wait in each.waits]
        acts = [(wait.act, wait.until, wait.confirms) for wait in waits[:MOST_WAITING]]
        say_acts(acts, len(waits), law.civil, "", server)


def _answer(told: CommandReceipt | Problem) -> Answer:
    if isinstance(told, CommandReceipt):
        return Answer(told.seq, told.hash, told.events, None)
    refusal = refusal_of(told)
    if refusal is None:
        raise Refused(told)
    return Answer(told.seq, told.hash, (), refusal)


def confirm_there(server: str, acts: Sequence[str], every: bool, at: str, code: str, json: bool) -> None:
    """Confirm as who has signed in; the service asks for a one-time code."""
    if bool(acts) == every:
        raise Malformed("book confirm", "which acts must be said once", "give their numbers, or --all")
    with client_of(server) as client:
        if code:
            client.give_code(code)
        numbers = _numbers(acts)
        if every:
            numbers = [each.act for each in client.waiting(at=at).acts]
        if not numbers:
            raise Malformed(
                server, "nothing waits that may be confirmed", f"see airshed book show --server {server} acts"
            )
        _send(client, [ConfirmAct(act) for act in numbers], at, json)


def reject_there(server: str, acts: Sequence[str], reason: str, at: str, json: bool) -> None:
    """Let acts fall."""
    if not acts:
        raise Malformed("book reject", "names no act", "give their numbers")
    with client_of(server) as client:
        _send(client, [RejectAct(act, reason) for act in _numbers(acts)], at, json)


def _numbers(acts: Sequence[str]) -> list[int]:
    for text in acts:
        if not (text.isascii() and text.isdecimal() and len(text) < 16):
            raise Malformed("acts", f"{text[:40]!a} is no number of an act", "leave the book out beside --server")
    return [int(text) for text in acts]


def _send(client: Client, bodies: Sequence[Body], at: str, json: bool) -> None:
    """A key of its own for every look: what was refused today may be confirmed tomorrow."""
    of(client.book().provenance)
    for body in bodies:
        try:
            receipt = client.send(body, at=at)
            answer = Answer(receipt.seq, receipt.hash, receipt.events, None)
        except Refused as refused:
            refusal = refusal_of(refused.problem)
            if refusal is None:
                raise
            answer = Answer(refused.problem.seq, refused.problem.hash, (), refusal)
        say([answer], json)
