"""Closing a zone-wide call of a book: the solver runs here, and the book judges what it says; the proof, made again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from airshed.engine import commands as c
from airshed.engine.journal import GENESIS, decode
from airshed.engine.procedures.guards import no
from airshed.engine.procedures.zone_call_law import left_out, line_of, problem, round_of
from airshed.engine.runner import Answer, Runner, fold, following
from airshed.engine.state import State
from airshed.market.zonecall import NotCleared, ZoneCleared, certificate, settle_in_rounds, solve_in_rounds
from airshed.market.zonecall.nouns import SECONDS
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.rulebook.load import load_texts
from airshed.service.book.kept import KeptBook

#: What a call is refused for that the solver does not clear.
WHY: dict[str, Why] = {
    "infeasible": Why.INFEASIBLE,
    "unfunded": Why.INSUFFICIENT_CASH,
    "timeout": Why.SOLVER_FAILED,
    "solver": Why.SOLVER_FAILED,
    "unproven": Why.SOLVER_FAILED,
}


class ZoneCallClosed(NamedTuple):
    """The book's answer, and what cleared; nothing where the book refuses."""

    answer: Answer
    rounds: tuple[ZoneCleared, ...]


def close(
    runner: Runner,
    actor: str,
    call: str,
    at: int,
    *,
    seed: int = 0,
    salt: str = "",
    key: str = "",
    seconds: float = SECONDS,
    progress: Callable[[str], None] = lambda said: None,
) -> ZoneCallClosed | Refusal:
    """Solve a call and send what comes of it.

    A Refusal says that the solver found nothing to send, for the call is infeasible, or because it failed or ran out
    of its time: the book is as it was, and the call as open. A call that is unknown or over is the book's to refuse.

    The key is the call's: who never heard asks again and hears the same. Where the book has refused a close under that
    key, because the market stood still for instance, the next attempt has one of its own.
    """
    known = runner.state.zone_calls.get(call)
    usual = f"close {call}"
    before = runner.state.keys.get((actor, usual))
    if known is not None and before is not None and not key:
        record = decode(runner.journal.line(before))
        if record.refusal is None:
            return ZoneCallClosed(runner.send(c.Command(actor, usual, record.body), at), ())
        usual = f"close {call} after {runner.state.seq}"
    lines: tuple[c.ZoneRound, ...] = ()
    cleared: tuple[ZoneCleared, ...] = ()
    if known is not None and known.open:
        struck = left_out(runner.state, runner.rules, max(at, runner.state.at), known)
        offers, bids, air, law = problem(runner.state, runner.rules, known, seed, struck)
        progress(f"{call}: {known.pollutant}, orders to sell {len(offers):,}, to buy {len(bids):,}")
        found = solve_in_rounds(offers, bids, air, law, seconds=seconds)
        if isinstance(found, NotCleared):
            return no(runner.rules, "zone_call", WHY[found.why], f"{call} does not clear: {found.detail}")
        lines = tuple(line_of(each) for each, _ in found)
        cleared = tuple(done for _, done in found)
    body = c.CloseZoneCall(call, seed, lines, salt)
    answer = runner.send(c.Command(actor, key or usual, body), at)
    return ZoneCallClosed(answer, () if answer.refusal is not None else cleared)


def proof(book: KeptBook, call: str) -> dict[str, Any]:
    """The certificate of a call that is over, worked out from the book alone; `Malformed` if it has none.

    Its digests are those that the book states.
    """
    state = State()
    reached = GENESIS
    with book.named():
        for line in book.lines():
            record = decode(line)
            body = record.body
            if isinstance(body, c.CloseZoneCall) and body.call == call and record.refusal is None:
                with following(record.seq):
                    assert state.rulebook is not None
                    rules = load_texts(book.law(state.rulebook.digest))
                    known = state.zone_calls[call]
                    struck = left_out(state, rules, record.at, known)
                    parts = problem(state, rules, known, body.seed, struck)
                    done = settle_in_rounds(*parts, [round_of(each) for each in body.rounds])
                    assert not isinstance(done, NotCleared), f"record {record.seq}: {done}"
                    return certificate(done)
            reached = fold(state, line, reached)
    what = (
        f"the zone-wide call {call!r} is open still"
        if call in state.zone_calls
        else f"there is no zone-wide call {call!r}"
    )
    raise Malformed(str(book.path), what, "airshed book show BOOK zone_calls lists them")
