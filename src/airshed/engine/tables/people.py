"""Read tables of the law in force, actors, accounts, sources, acts that wait, and refusals."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.account import state_of
from airshed.engine.commands import Body
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit
from airshed.model.provenance import Provenance, Simulation, said


def provenance_row(provenance: Provenance) -> Row:
    """What a book is, as cells: kind, scenario, seed, and the line in both languages."""
    played = provenance if isinstance(provenance, Simulation) else None
    kind = "programme" if played is None else "simulation"
    return (kind, played and played.scenario, played and played.seed, *said(provenance))


def _account_row(state: State, key: str) -> Row:
    account = state.ledger.accounts[key]
    purse = state.ledger.purses[key]
    frozen = state.ledger.frozen.get(key)
    return (
        key,
        account.kind.value,
        account.name,
        account.jurisdiction,
        account.group,
        frozen,
        purse.fen,
        purse.held,
        state.ledger.closed.get(key),
        state.ledger.numbers[key],
        *state_of(state, key),
    )


def _actor_row(state: State, key: str) -> Row | None:
    actor = state.actors.get(key)
    if actor is None:
        return None
    return (key, actor.role, actor.jurisdiction, actor.account, actor.may or None, actor.state, actor.reason or None)


def _source_row(state: State, key: str) -> Row:
    source = state.sources[key]
    spans = state.opted.get(key, ())
    opted = (spans[-1].first, spans[-1].last) if spans else (None, None)
    return (key, source.name, source.account, source.jurisdiction, source.sector, int(source.simulated), *opted)


def _act_row(state: State, key: int) -> Row | None:
    act = state.acts.get(key) or state.lapsed.get(key)
    if act is None:
        return None
    how = "lapsed" if key in state.lapsed else "waiting"
    return (key, act.actor, type(act.body).__name__, _fields(act.body), act.until, how)


def _fields(body: Body) -> str:
    """What a command says, in its own words: `account=li, fen=100`; of a list how long it is."""
    said = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return ", ".join(f"{name}={_short(value)}" for name, value in said if value not in ("", (), None))


def _short(value: object) -> str:
    if isinstance(value, str | int):
        return str(value)
    return f"{len(value)} entries" if isinstance(value, tuple | dict) else "..."


TABLES = (
    Table(
        "provenance",
        "What the book is, in one row: the records of a real programme, or a simulation.",
        (
            Column("seq INTEGER"),
            Column("kind TEXT", "`programme` or `simulation`"),
            Column("scenario TEXT", "what is simulated; null for a programme"),
            Column("seed INTEGER", "seed that it is drawn from; null when nothing was drawn, and for a programme"),
            Column("en TEXT", "the line that every screen, file and page carries, in English"),
            Column("zh TEXT", "the same in Chinese"),
        ),
        key=1,
    ),
    Table(
        "rulebooks",
        "Rulebooks in the order in which they came into force.",
        (
            Column("seq INTEGER"),
            Column("programme TEXT", "id of the programme"),
            Column("version TEXT", "version of the rulebook"),
            Column("digest TEXT"),
        ),
        key=1,
    ),
    Table(
        "actors",
        "Who may send commands, in which role and for what.",
        (
            Column("actor TEXT"),
            Column("role TEXT", "role"),
            Column("jurisdiction TEXT", "jurisdiction that the actor is bound to, empty for the whole zone"),
            Column("account TEXT", "account that the actor acts for, empty for none"),
            Column("may TEXT", "what a representative may, `read`, `initiate` or `approve`; NULL for the last two"),
            Column("state TEXT", "`active`, `suspended` or `revoked`"),
            Column("reason TEXT", "why it is suspended or revoked; NULL when it is not"),
        ),
        key=1,
        keys=lambda state: state.actors,
        row=_actor_row,
    ),
    Table(
        "accounts",
        "Accounts with their money.",
        (
            Column("account TEXT"),
            Column("kind TEXT", "kind of the account"),
            Column("name TEXT", "name of the firm"),
            Column("jurisdiction TEXT"),
            Column("corporate_group TEXT", "corporate group, empty when none is known"),
            Column("frozen TEXT", "why the account is frozen; NULL when it is not"),
            Column("cash_fen INTEGER", "money, what is set aside included"),
            Column("held_fen INTEGER", "money set aside for orders, calls and bids"),
            Column("closed TEXT", "why the account is closed; NULL when it is not"),
            Column("number TEXT", "number of the account: registry, type, running number, period, check digits"),
            Column("state TEXT", "what the account may do now, in one word; see docs/explanation/accounts.md"),
            Column("reason TEXT", "why it is in that state; empty when it is open"),
        ),
        key=1,
        keys=lambda state: state.ledger.accounts,
        row=_account_row,
    ),
    Table(
        "sources",
        "Regulated installations.",
        (
            Column("source TEXT"),
            Column("name TEXT", "name in English"),
            Column("account TEXT"),
            Column("jurisdiction TEXT"),
            Column("sector TEXT", "sector"),
            Column("simulated INTEGER", "whether the source is generated, and no real one", yes=True),
            Column("opted_in INTEGER", "first year for which it owes by its own wish; NULL where it never did"),
            Column("opted_out INTEGER", "last such year; NULL until it leaves"),
        ),
        key=1,
        keys=lambda state: state.sources,
        row=_source_row,
    ),
    Table(
        "acts",
        "Acts that wait for a second pair of eyes, and that waited too long; confirmed and rejected ones have no row.",
        (
            Column("act INTEGER", "number of the act"),
            Column("actor TEXT"),
            Column("command TEXT"),
            Column("about TEXT", "what the command says; of a list how long it is"),
            Column("until INTEGER", "last instant at which it can be confirmed; NULL when it waits for good", Unit.MS),
            Column("state TEXT", "`waiting`, or `lapsed`: its time is over, or the law that it was proposed under"),
        ),
        key=1,
        keys=lambda state: (*state.acts, *state.lapsed),
        row=_act_row,
    ),
    Table(
        "refusals",
        "Commands that changed nothing, with reason and citation.",
        (
            Column("seq INTEGER"),
            Column("at INTEGER"),
            Column("actor TEXT"),
            Column("command TEXT"),
            Column("why TEXT", "code of the refusal"),
            Column("detail TEXT", "the sentence that came with the refusal"),
            Column("cite TEXT", "article that the refusal rests on"),
        ),
        key=1,
    ),
)


def _note_adopted(tables: Tables, state: State, record: Record, event: e.RulebookAdopted) -> None:
    tables.touch("accounts", *(account.id for account in event.opened))
    if event.provenance is not None:
        tables.add("provenance", (record.seq, *provenance_row(event.provenance)))
    tables.add("rulebooks", (record.seq, event.programme, event.version, event.digest))


def _note_opened(tables: Tables, state: State, record: Record, event: e.AccountOpened) -> None:
    tables.touch("accounts", event.account.id)


def _note_account(
    tables: Tables,
    state: State,
    record: Record,
    event: e.AccountFrozen | e.AccountThawed | e.AccountClosed | e.AccountRestricted | e.AccountSuspended,
) -> None:
    tables.touch("accounts", event.account)
    if isinstance(event, e.AccountClosed | e.AccountThawed):
        tables.touch("closures_noticed", event.account)


def _note_act(
    tables: Tables, state: State, record: Record, event: e.ActProposed | e.ActConfirmed | e.ActRejected | e.ActLapsed
) -> None:
    tables.touch("acts", event.act)
    transfer = state.proposed_transfers.get(event.act)
    if transfer is not None:
        tables.touch_holdings(*transfer[:2])


#: What each event touches.
NOTES: dict[type, Note] = {
    e.RulebookAdopted: _note_adopted,
    e.ActorRegistered: touching(actors="actor"),
    e.ActorSuspended: touching(actors="actor"),
    e.ActorResumed: touching(actors="actor"),
    e.ActorRevoked: touching(actors="actor"),
    e.AccountOpened: _note_opened,
    e.AccountFrozen: _note_account,
    e.AccountThawed: _note_account,
    e.AccountRestricted: _note_account,
    e.AccountSuspended: _note_account,
    e.AccountClosed: _note_account,
    e.SourceRegistered: touching(sources="source"),
    e.SourceOptedIn: touching(sources="source"),
    e.SourceOptedOut: touching(sources="source"),
    e.MoneyMoved: touching(),
    e.ActProposed: _note_act,
    e.ActConfirmed: _note_act,
    e.ActRejected: _note_act,
    e.ActLapsed: _note_act,
}
