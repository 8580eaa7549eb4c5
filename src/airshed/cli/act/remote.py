"""`airshed act --server`: the same options, the same words, sent to a service as who has signed in there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from airshed.cli.book.answers import MOST_WAITING, say, say_acts
from airshed.cli.refused import plain_refusal
from airshed.cli.server.kept import client_of, refusal_of
from airshed.cli.show import as_json, lines, of
from airshed.client import Refused
from airshed.engine.runner import Answer
from airshed.model.refusal import Malformed
from airshed.registry.account_number import is_number
from airshed.rulebook.load import load_texts
from airshed.service.book.numbered import ACCOUNT_FIELDS
from airshed.service.forms.form import body_of, named
from airshed.service.forms.measures import Terms
from airshed.service.forms.told import told

if TYPE_CHECKING:
    from airshed.client import Client
    from airshed.engine.commands import Body
    from airshed.rulebook.schema import Rulebook
    from airshed.service.http.shapes.commands import CommandReceipt, Preview


class ServerLine(NamedTuple):
    """What somebody wrote."""

    kind: type[msgspec.Struct]
    fields: list[tuple[str, str]]
    server: str
    actor: str
    key: str
    time: int
    at: str
    code: str
    dry_run: bool


def send_to(line: ServerLine, json: bool) -> None:
    """Send the command, and print what the service answers as `airshed act` prints it of a file."""
    if line.key:
        named(line.key, "--key")
    with client_of(line.server) as client:
        said = client.book()
        of(said.provenance)
        if line.actor and line.actor != (mine := client.me().actor):
            raise Malformed("--as", f"{line.actor[:60]!a} is not {mine}, who has signed in", "leave it out")
        rules = load_texts(client.law(said.law.digest))
        terms = Terms.of(rules)
        body = body_of(line.kind, [(name, _name(client, name, text)) for name, text in line.fields], terms)
        if line.dry_run:
            foretold(_previewed(client, body, line), rules, json)
            return
        try:
            receipt = _sent(client, body, line)
        except Refused as refused:
            refusal = refusal_of(refused.problem)
            if refusal is None:
                raise
            problem = refused.problem
            if json:
                heard = {"seq": problem.seq, "hash": problem.hash, "key": problem.key, "answered": problem.answered}
                as_json({**heard, "events": (), "refusal": plain_refusal(refusal), "waits": ()})
            else:
                say([Answer(problem.seq, problem.hash, (), refusal)], json)
            return
        earlier = client.record(receipt.seq).at if receipt.answered else None
    _say(receipt, line, terms, earlier, json)


def foretold(found: Preview, rules: Rulebook, json: bool) -> None:
    """What the command would come to, as `airshed act --dry-run` says it of a file."""
    from airshed.cli.book.preview import plain, say_figures, say_foreseen, say_unconfirmed, say_unwritten

    each = found.foreseen
    if json:
        as_json({**plain(each), "key": each.record.key})
        return
    say_foreseen([each])
    if each.record.refusal is None and not (each.sealed or each.waits):
        lines(*told(each.record.events, Terms.of(rules)))
    say_figures([each], rules.currency.name_en)
    say_unconfirmed([each], rules)
    say_unwritten(found.records)


def _previewed(client: Client, body: Body, line: ServerLine) -> Preview:
    if line.key:
        return client.preview(body, key=line.key, at=line.at)
    return client.preview(body, times=line.time, at=line.at)


def _sent(client: Client, body: Body, line: ServerLine) -> CommandReceipt:
    if line.key:
        return client.send(body, key=line.key, at=line.at, code=line.code)
    return client.send(body, times=line.time, at=line.at, code=line.code)


def _say(receipt: CommandReceipt, line: ServerLine, terms: Terms, earlier: int | None, json: bool) -> None:
    if json:
        heard = {"seq": receipt.seq, "hash": receipt.hash, "key": receipt.key, "answered": receipt.answered}
        acts = [{"act": wait.act, "confirms": wait.confirms} for wait in receipt.waits]
        as_json({**heard, "events": receipt.events, "refusal": None, "waits": acts})
        return
    if receipt.answered:
        when = "" if earlier is None else f" of {terms.civil.clock(earlier)[:16]}"
        lines(f"record {receipt.seq}{when} answered this already; nothing new was written. 已有答复，未重复办理。")
        if not line.key:
            lines(f"  if it is meant once more: --again {line.time + 1}")
    else:
        lines(f"record {receipt.seq} of {terms.civil.clock(receipt.at)[:16]} 已入账", f"hash {receipt.hash}")
    lines(*told(receipt.events, terms))
    waits = [(wait.act, wait.until, wait.confirms) for wait in receipt.waits[:MOST_WAITING]]
    say_acts(waits, len(receipt.waits), terms.civil, "", line.server)


def _name(client: Client, option: str, text: str) -> str:
    """An account by its number, where it is one that this user reads."""
    if option not in ACCOUNT_FIELDS or not is_number(text):
        return text
    return client.account(text, moves=0).account
