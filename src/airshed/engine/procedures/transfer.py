"""Transferring: allowances without money, as the table of transaction types in the law has it."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import AllowanceTransfer, TransferLimits, stricter
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    TakesTwo,
    free_of,
    known_account,
    known_instrument,
    moved,
    no,
    own_account,
    positive,
    thawed,
)
from airshed.engine.procedures.people_rights import representatives
from airshed.engine.procedures.trade_rules import may_cross, over_position, walled_off
from airshed.engine.procedures.transfer_clock import due, same_holder, trusted_from, trusts
from airshed.engine.state import State
from airshed.model.allowance import Blocks, best_fit, joined, members, without
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry.accounts import PRIVATE, AccountKind
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.transactions import TransactionRow, TransactionType

LAW = "transactions"
#: Most transfers that one command carries out, and most accounts that one trusts.
MOST_AT_ONCE = 1_000
MOST_TRUSTED = 1_000


def transfer(state: State, rules: Rulebook, at: int, actor: str, body: c.Transfer) -> Decision:
    """Out of one's own account, at once or when its hour has come; a government reserve is drawn by its own rule."""
    refusal = (
        own_account(state, rules, actor, body.origin)
        or known_account(state, rules, body.target)
        or known_instrument(state, rules, body.series)
    )
    if refusal:
        return refusal
    kind = kind_of(state, body.origin, body.target)
    row = allowed(state, rules, actor, kind, body.origin, body.target)
    if isinstance(row, Refusal):
        return row
    target = state.ledger.accounts[body.target]
    if target.kind == AccountKind.RESERVE and target.jurisdiction != body.series.split("-")[1]:
        return no(rules, LAW, Why.WRONG_KIND, f"{body.target} takes what {target.jurisdiction} has issued only")
    what = (body.origin, body.target, body.series, body.count)
    trusted = kind != "transfer" or trusts(state, body.origin, body.target, at)
    refusal = (
        _goes(state, rules, at, row, *what)
        or positive(rules, "trading", "the count", body.count)
        or _largest(rules, body, kind)
        or _untrusted(state, rules, at, body, trusted=trusted)
        or _position(state, rules, body.origin, body.target, body.series, body.count)
        or (None if _proposed(state, body) else free_of(state, rules, "trading", body.origin, body.series, body.count))
    )
    if refusal:
        return refusal
    try:
        hour = due(rules, kind, at, trusted=trusted)
    except Malformed as error:
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{error.what}; a transfer waits for a working day")
    number = state.next_transfer
    if hour > at:
        return (e.TransferDelayed(number, kind, *what, trusted, hour),)
    return (e.Transferred(number, kind, body.series, body.count, moved(state, *what)),)


def cancel(state: State, rules: Rulebook, at: int, actor: str, body: c.CancelTransfer) -> Decision:
    """By its holder, while it waits, once."""
    known = state.transfers.get(body.transfer)
    if known is None:
        return no(rules, LAW, Why.UNKNOWN_TRANSFER, f"there is no transfer {body.transfer}")
    refusal = own_account(state, rules, actor, known.origin)
    if refusal:
        return refusal
    if known.ended is not None:
        how = "was carried out" if known.state == "done" else "was called off"
        what = f"transfer {known.id} {how} at {rules.civil.clock(known.ended)}; only one that waits can be called off"
        return no(rules, LAW, Why.TRANSFER_OVER, what)
    return (e.TransferCancelled(known.id, known.origin, known.target, known.series, known.count, actor, ""),)


def execute(state: State, rules: Rulebook, at: int, actor: str, body: c.ExecuteTransfers) -> Decision:
    """All that are due, the earliest first; before the hour of the first there is nothing to carry out."""
    waiting = sorted(state.waiting_transfers.values(), key=lambda each: (each.due, each.id))
    if waiting and waiting[0].due > at:
        first = waiting[0]
        what = f"the first, transfer {first.id}, may be carried out from {rules.civil.clock(first.due)}"
        return no(rules, LAW, Why.TOO_EARLY, f"{what}; it is {rules.civil.clock(at)}")
    if not waiting:
        return no(rules, LAW, Why.NOTHING_DUE, "no transfer waits")
    happened: list[e.Event] = []
    gone: dict[tuple[str, str], Blocks] = {}
    got: dict[tuple[str, str], int] = {}
    for each in waiting[:MOST_AT_ONCE]:
        if each.due > at:
            break
        refusal = _still(state, rules, at, each, got)
        if refusal is not None:
            reason = f"{refusal.why}: {refusal.detail}"
            happened.append(
                e.TransferCancelled(each.id, each.origin, each.target, each.series, each.count, actor, reason)
            )
            continue
        moves = tuple(_taken(state, each, series, gone) for series in members(each.series))
        happened.append(e.Transferred(each.id, each.type, each.series, each.count, moves))
    return tuple(happened)


def trust(state: State, rules: Rulebook, at: int, actor: str, body: c.TrustAccount) -> Decision:
    """One's own list; it counts after the days of the law, so that a stolen sign-in cannot use it at once."""
    refusal = own_account(state, rules, actor, body.account) or known_account(state, rules, body.trusted)
    if refusal:
        return refusal
    known = state.trusted.get(body.account, {})
    if body.trusted in known:
        what = (
            f"{body.account} has named {body.trusted} already; it counts from {rules.civil.clock(known[body.trusted])}"
        )
        return no(rules, LAW, Why.ALREADY_EXISTS, what)
    if same_holder(state, body.account, body.trusted):
        what = f"{body.trusted} is of the same holder as {body.account}, and trusted without being named"
        return no(rules, LAW, Why.ALREADY_EXISTS, what)
    kind = state.ledger.accounts[body.trusted].kind
    if kind not in PRIVATE:
        return no(rules, LAW, Why.WRONG_KIND, f"{body.trusted} is the programme's own {kind} account")
    refusal = thawed(state, rules, body.account)
    if refusal:
        return refusal
    if len(known) >= MOST_TRUSTED:
        return no(rules, LAW, Why.TOO_LARGE, f"{body.account} trusts {len(known)} accounts; take one off the list")
    try:
        since = trusted_from(rules, at)
    except Malformed as error:
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{error.what}; trust counts from a working day")
    return (e.AccountTrusted(body.account, body.trusted, since),)


def distrust(state: State, rules: Rulebook, at: int, actor: str, body: c.DistrustAccount) -> Decision:
    """At once, and though the account is frozen; what waits already is called off by itself."""
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    if body.trusted not in state.trusted.get(body.account, {}):
        return no(rules, LAW, Why.NOTHING_DUE, f"{body.account} has not named {body.trusted} as trusted")
    return (e.AccountDistrusted(body.account, body.trusted),)


def set_limits(state: State, rules: Rulebook, at: int, actor: str, body: c.SetTransferLimits) -> Decision:
    """One's own; a stricter limit counts at once, a looser one when a new trusted account would; others stay."""
    refusal = own_account(state, rules, actor, body.account) or thawed(state, rules, body.account)
    if refusal:
        return refusal
    held = state.transfer_limits.get(body.account, TransferLimits())
    old = {"two_above": held.two_above, "trusted_above": held.trusted_above}
    wish = {"two_above": body.two_above, "trusted_above": body.trusted_above}
    for name in body.lift:
        if wish[name] is not None:
            return no(rules, LAW, Why.WRONG_KIND, f"{name} is set and lifted in one; do one of them")

    def set_to(name: str) -> int | None:
        return None if name in body.lift else old[name] if wish[name] is None else wish[name]

    two_above, trusted_above = new = set_to("two_above"), set_to("trusted_above")
    if (held.two_above, held.trusted_above) == new:
        return no(rules, LAW, Why.ALREADY_EXISTS, f"{body.account} has bound itself so already")
    if body.two_above is not None and sum(1 for _ in representatives(state, body.account)) < 2:
        what = f"only {actor} acts for {body.account}; a second person is registered before two are asked for"
        return no(rules, LAW, Why.CONDITION_OPEN, what)
    for limit in new:
        if limit is not None and limit < 0:
            return no(rules, LAW, Why.NOT_POSITIVE, f"the limit is {limit}; it must not be below zero")
    looser = any(stricter(was, wish) != wish for was, wish in zip(held.at(at), new, strict=True))
    try:
        since = trusted_from(rules, at) if looser else at
    except Malformed as error:
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{error.what}; a looser limit counts from a working day")
    return (e.TransferLimitsSet(body.account, two_above, trusted_above, since),)


def _given(state: State, at: int, account: str, instrument: str) -> tuple[int, int]:
    """What an account has given of a series on this day, and what of it to accounts that it did not trust."""
    if at >= state.given_end:
        return 0, 0
    found = [state.given.get((account, series), (0, 0)) for series in members(instrument)]
    return max(everything for everything, _ in found), max(untrusted for _, untrusted in found)


def hours_moved(state: State, rules: Rulebook) -> tuple[e.TransferMoved, ...]:
    """Transfers that wait and get another instant from a law that is adopted, where it says that they move with it."""
    if rules.transactions.moved_holidays == "stands":
        return ()
    found: list[e.TransferMoved] = []
    for each in state.waiting_transfers.values():
        try:
            hour = due(rules, each.type, each.asked, trusted=each.trusted)
        except Malformed:
            continue  # a calendar without a working day moves nothing
        if hour != each.due:
            found.append(e.TransferMoved(each.id, each.origin, each.target, each.series, each.count, hour))
    return tuple(found)


def kind_of(state: State, origin: str, target: str) -> TransactionType:
    """The type of a transfer between two accounts that exist."""
    if state.ledger.accounts[target].kind == AccountKind.RESERVE:
        return "gift"
    return "own_transfer" if same_holder(state, origin, target) else "transfer"


def allowed(
    state: State, rules: Rulebook, actor: str, kind: TransactionType, origin: str, target: str
) -> TransactionRow | Refusal:
    """The row of the table, when it lets this role start it between these kinds of account."""
    row = lookup.transaction(rules, kind)
    if row is None:
        return no(rules, LAW, Why.WRONG_KIND, f"this rulebook has no transaction of type {kind}")
    role = state.actors[actor].role
    if row.starts is not None and role not in row.starts.split(" "):
        return by_row(row, Why.ROLE_MAY_NOT, f"{actor} is {role}; {row.name_en}: started by {row.starts} only")
    for account, kinds, does in ((origin, row.origins, "give"), (target, row.targets, "receive")):
        is_of = state.ledger.accounts[account].kind.value
        if is_of not in kinds.split(" "):
            what = f"{account} is of kind {is_of} and may not {does}; {row.name_en}: {kinds} only"
            return by_row(row, Why.WRONG_KIND, what)
    if origin == target:
        return by_row(row, Why.WRONG_KIND, f"{target} cannot receive a transfer from {origin}")
    return row


def by_row(row: TransactionRow, why: Why, what: str) -> Refusal:
    """A refusal that rests on a row of the table."""
    return Refusal(why, what, lookup.first_cited(row.cite))


def takes_two(state: State, rules: Rulebook, at: int, body: c.Transfer) -> bool:
    """Whether a transfer that is not refused waits for a second person: by the law, or because its holder wants so."""
    limits = state.transfer_limits.get(body.origin)
    most = limits.at(at)[0] if limits is not None else None
    if most is not None and body.count + _given(state, at, body.origin, body.series)[0] > most:
        return True
    row = lookup.transaction(rules, kind_of(state, body.origin, body.target))
    if row is None or row.approvals is None:
        return type(body).__name__ in rules.roles.second
    return row.approvals == 2


def giving_up_takes_two(state: State, rules: Rulebook, at: int, body: c.CancelAllowances) -> bool:
    """What is given up for good is given as well: the holder's own limit holds for it."""
    limits = state.transfer_limits.get(body.account)
    most = limits.at(at)[0] if limits is not None else None
    over = most is not None and body.count + _given(state, at, body.account, body.series)[0] > most
    return over or type(body).__name__ in rules.roles.second


def _goes(
    state: State, rules: Rulebook, at: int, row: TransactionRow, origin: str, target: str, series: str, count: int
) -> Refusal | None:
    """Neither is frozen; what is given goes where a sale may go: nobody gets around a rule by asking nothing."""
    refusal = (thawed(state, rules, origin, gives=row.type) if row.frozen == "no" else None) or thawed(
        state, rules, target, takes=row.type
    )
    if refusal or state.ledger.accounts[target].kind not in PRIVATE:
        return refusal
    wall = expired(rules, at, series) or walled_off(state, rules, origin, target)
    return wall or may_cross(state, rules, at, target, series, 0)


def _largest(rules: Rulebook, body: c.Transfer, kind: TransactionType) -> Refusal | None:
    most = rules.trade_rules.largest_transfer
    if kind == "gift" or most is None or body.count <= most:
        return None
    what = f"{body.count} is more than the {most} that one transfer may give; sell it, or give it in parts"
    return no(rules, "trade_rules", Why.TOO_LARGE, what)


def _proposed(state: State, body: c.Transfer) -> bool:
    """Whether it is this transfer that waits for a second person, and has set its allowances aside."""
    return any(act.body is body for act in state.acts.values())


def _untrusted(state: State, rules: Rulebook, at: int, body: c.Transfer, *, trusted: bool) -> Refusal | None:
    """So much goes to trusted accounts only, by the law or because its holder wants so."""
    limits = state.transfer_limits.get(body.origin)
    mine = limits.at(at)[1] if limits is not None else None
    left = None if mine is None else max(0, mine - _given(state, at, body.origin, body.series)[1])
    most = stricter(rules.transactions.largest_untrusted, left)
    if trusted or most is None or body.count <= most:
        return None
    since = state.trusted.get(body.origin, {}).get(body.target)
    known = "does not trust it: TrustAccount" if since is None else f"trusts it from {rules.civil.clock(since)} only"
    what = f"{body.count} is more than the {most} that may go to {body.target}, and {body.origin} {known}"
    return no(rules, LAW, Why.UNTRUSTED, what)


def _position(state: State, rules: Rulebook, origin: str, target: str, series: str, count: int) -> Refusal | None:
    giver, taker = state.ledger.accounts[origin], state.ledger.accounts[target]
    if taker.kind not in PRIVATE or (giver.group and giver.group == taker.group):
        return None
    return over_position(state, rules, target, series, count)


def _still(
    state: State, rules: Rulebook, at: int, each: AllowanceTransfer, got: dict[tuple[str, str], int]
) -> Refusal | None:
    """What the rules have against a transfer by now; `got` is what the same command gives to each holder."""
    refusal = known_account(state, rules, each.target) or known_instrument(state, rules, each.series)
    if refusal:
        return refusal
    row = lookup.transaction(rules, each.type)
    if row is None:
        return no(rules, LAW, Why.WRONG_KIND, f"this rulebook has no transaction of type {each.type}")
    refusal = _goes(state, rules, at, row, each.origin, each.target, each.series, each.count)
    if refusal:
        return refusal
    holder = state.ledger.accounts[each.target].group or each.target
    for series in members(each.series):
        more = got.get((holder, series), 0)
        refusal = _position(state, rules, each.origin, each.target, series, each.count + more)
        if refusal:
            return refusal
    for series in members(each.series):
        got[holder, series] = got.get((holder, series), 0) + each.count
    return None


def _taken(state: State, each: AllowanceTransfer, series: str, gone: dict[tuple[str, str], Blocks]) -> Delivered:
    """The serials that a transfer moves, none of which the same command has moved before."""
    place = (each.origin, series)
    before = gone.get(place, ())
    blocks = best_fit(without(state.ledger.positions[place].blocks, before), each.count)
    gone[place] = joined(before, blocks)
    return Delivered(each.origin, each.target, series, blocks)


#: What says whether an act waits for a second person, of those of which not `second` of `[roles]` does.
TAKES_TWO: dict[type, TakesTwo] = {
    c.Transfer: takes_two,
    c.CancelAllowances: giving_up_takes_two,
}
#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.Transfer: transfer,
    c.CancelTransfer: cancel,
    c.ExecuteTransfers: execute,
    c.TrustAccount: trust,
    c.DistrustAccount: distrust,
    c.SetTransferLimits: set_limits,
}
