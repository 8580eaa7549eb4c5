"""Whatever is sent is decided, refused with the first reason that holds, or malformed with its place; nothing else."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine.commands import Body
from airshed.engine.edge import well_formed
from airshed.engine.journal import decode, encode
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import ACCOUNTS, BANK, EXCHANGE, HOST, VERIFIERS
from airshed.model.period import DAY_MS
from airshed.model.refusal import Malformed, Why
from airshed.service.forms.sample import sample
from beijing import instant
from laws import RULES
from markets import AT, AUTHORITY, DAY, REGISTRAR, SERIES, done, market, send, shared, why

QUICK = settings(max_examples=150, deadline=None)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = [name for name, _, _ in ACCOUNTS]


# --- whatever is sent

HOSTILE_NUMBERS = st.one_of(
    st.integers(),
    st.sampled_from([0, -1, 1, 100, 400_000, c.LARGEST, c.LARGEST + 1, 2**62, 2**63, 2**64, -(2**63), 10**40]),
)
HOSTILE_TEXTS = st.one_of(
    st.text(st.characters(), max_size=6),
    st.sampled_from(
        [
            *(
                "",
                "steel",
                "s-steel",
                "s-cement",
                "steel-1",
                SERIES,
                "SO2",
                "KM",
                "cement",
                "bank",
                "operator",
                DAY,
                "buy",
            ),
            *("2027-02-30", "0000-01-01", "9999-12-31", "20270301", "\ud800", "\x00", "昆明", "a" * 101, "a\u202eb"),
        ]
    ),
)


def hostile(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type, with no regard for what is meant."""
    info = msgspec.inspect
    match kind:
        case info.IntType():
            return HOSTILE_NUMBERS
        case info.StrType():
            return HOSTILE_TEXTS
        case info.BoolType():
            return st.booleans()
        case info.NoneType():
            return st.none()
        case info.Metadata(type=inner):
            return hostile(inner)
        case info.LiteralType(values=values):
            return st.one_of(st.sampled_from(values), HOSTILE_TEXTS)
        case info.VarTupleType(item_type=item):
            return st.lists(hostile(item), max_size=3).map(tuple)
        case info.TupleType(item_types=items):
            return st.tuples(*(hostile(item) for item in items))
        case info.DictType(key_type=key, value_type=value):
            return st.dictionaries(
                st.one_of(st.sampled_from(["SO2", "NOx", "PM", "VOC"]), hostile(key)), hostile(value), max_size=4
            )
        case info.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{field.name: hostile(field.type) for field in fields})
        case info.UnionType(types=types):
            return st.one_of(*(hostile(each) for each in types))
    raise AssertionError(kind)


BODIES: list[type[msgspec.Struct]] = list(c.Body.__args__)
ACTORS = [AUTHORITY, EXCHANGE, BANK, HOST, VERIFIERS[0], "steel", "cement", "broker", "nobody"]
anything = st.sampled_from(BODIES).flatmap(lambda kind: hostile(msgspec.inspect.type_info(kind)))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(anything, st.one_of(st.sampled_from(ACTORS), HOSTILE_TEXTS), HOSTILE_NUMBERS)
def test_nothing_that_is_sent_raises_anything_but_malformed(body: Any, actor: str, at: int) -> None:
    """What can be read is decided and recorded, what cannot is malformed and leaves no trace."""
    runner = shared()
    before = (runner.state.seq, runner.hash)
    for when in (at, AT):
        command = c.Command(actor, f"h{runner.state.seq}", body)
        try:
            answer = runner.send(command, when)
        except Malformed:
            assert (runner.state.seq, runner.hash) == before
        else:
            if answer.seq is None:  # a stranger, who leaves no record
                assert (runner.state.seq, runner.hash) == before
                continue
            record = decode(runner.journal.line(answer.seq))
            assert record.body == body
            assert encode(record) == runner.journal.line(answer.seq).record
            before = (runner.state.seq, runner.hash)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (c.PlaceOrder("steel", SERIES, "buy", 2**63, 1), "PlaceOrder count"),
        (c.PlaceOrder("steel", SERIES, "buy", 100, -(10**30)), "PlaceOrder limit"),
        (c.PlaceOrder("", SERIES, "buy", 100, 1), "PlaceOrder account"),
        (c.PlaceOrder("steel", SERIES, "hold", 100, 1), "PlaceOrder side"),  # type: ignore[arg-type]
        (c.PlaceOrder("steel", SERIES, "buy", 1.0, 1), "PlaceOrder count"),  # type: ignore[arg-type]
        (c.PlaceOrder("steel", SERIES, "buy", True, 1), "PlaceOrder count"),
        (c.Deposit("st\x00eel", 1), "Deposit account"),
        (c.Deposit("steel ", 1), "Deposit account"),
        (c.Deposit("\ud800", 1), "Deposit"),
        (c.OpenSession("2027-3-1"), "OpenSession day"),
        (c.OpenSession("20270301"), "OpenSession day"),
        (c.CloseYear("steel", 10**9), "CloseYear year"),
        (c.SealDay("steel-1", "2027-02-28", {}, {}, ""), "SealDay evidence"),
        (c.FreezeAccount("steel", "a\x1b[2J"), "FreezeAccount reason"),
        (c.RegisterActor("x" * 101, "bank"), "RegisterActor actor"),
        (c.RegisterActor("st\u0435el", "bank"), "RegisterActor actor"),  # a Cyrillic letter among Latin ones
        *(
            (c.RegisterActor(name, "bank"), "RegisterActor actor")
            for name in (
                *("steel\ufe0f", "ste\u034fel", "\u3164", "a\u2800b"),  # of what cannot be seen
                *("\ufb01rm", "\u2163", "\u2460", "\uff71", "a\u2011b", "\u2f2f\u5382"),  # of what looks like another
                *("\uaba4teel", "\ua4e2teel", "\u2ca4teel"),  # Cherokee, Lisu and Coptic among Latin
            )
        ),
        (c.RegisterActor("\u0441\u043e\u0440", "bank"), "RegisterActor actor"),  # all Cyrillic, and looks like cop
        (c.OpenAccount("caf\u0065\u0301", "trader", "Cafe", "KM"), "OpenAccount account"),  # not composed
        (c.OpenAccount("\uff53teel", "trader", "Steel", "KM"), "OpenAccount account"),  # a letter of full width
        (c.OpenAccount("ste\u200bel", "trader", "Steel", "KM"), "OpenAccount account"),  # of no width
        (c.OpenAccount("a\u202eb", "trader", "Steel", "KM"), "OpenAccount account"),  # turns what follows round
    ],
)
def test_a_malformed_command_is_named_with_its_field(body: c.Body, names: str) -> None:
    runner = market()
    seq = runner.state.seq

    with pytest.raises(Malformed, match=f"^command {names}: "):
        send(runner, AUTHORITY, body)
    with pytest.raises(Malformed):  # nothing of a group that holds it is decided
        runner.send_all([(c.Command(BANK, "good", c.Deposit("steel", 1)), AT), (c.Command(BANK, "bad", body), AT)])

    assert runner.state.seq == seq
    done(runner, BANK, c.Deposit("steel", 1))


def test_a_sentence_may_have_lines_and_chinese_in_it() -> None:
    runner = market()
    done(runner, AUTHORITY, c.FreezeAccount("steel", 'he said “stop”,\nand "why"　停\\查'))


@pytest.mark.parametrize("kind", get_args(Body))
def test_a_day_that_is_not_in_the_calendar_is_malformed_in_every_field_of_every_command(kind: type[Any]) -> None:
    """Found by a reader: an instalment due on 31 September stopped the writer."""
    body = sample(kind)
    for name, value in ((name, getattr(body, name)) for name in kind.__struct_fields__):
        if type(value) is str and re.fullmatch(r"\d{4}-\d{2}-\d{2}(T\d{2})?", value):
            wrong = msgspec.structs.replace(body, **{name: "2028-09-31" + value[10:]})
            with pytest.raises(Malformed, match="there is no day"):
                well_formed(c.Command(BANK, "k", wrong))


@pytest.mark.parametrize("at", [-1, 10**15, 2**70])
def test_an_instant_without_a_day_is_malformed(at: int) -> None:
    with pytest.raises(Malformed, match="has no day"):
        well_formed(c.Command(BANK, "k", c.Deposit("steel", 1)), at)


def test_money_and_mass_stay_within_what_a_database_holds() -> None:
    """A whole number of SQL has 63 bits: sums that would not fit are refused, not written."""
    dear = msgspec.structs.replace(RULES.shortfall, fixed_fen_per_t=10**10)
    runner = market(rules=msgspec.structs.replace(RULES, shortfall=dear))
    refused = 0
    for _ in range(600):
        refusal = send(runner, BANK, c.Deposit("fund", c.LARGEST)).refusal
        assert refusal is None or refusal.why is Why.TOO_LARGE
        refused += refusal is not None
    assert refused > 80
    assert abs(runner.state.ledger.purses["bank"].fen) < 2**63
    masses = dict.fromkeys(("SO2", "NOx", "PM", "VOC"), c.LARGEST)
    after = instant("2028-02-01")
    assert why(runner, AUTHORITY, c.DetermineYear("s-cement", 2027, masses, ""), after) is Why.TOO_LARGE
    assert why(runner, "cement", c.ReportYear("s-cement", 2027, masses), after) is Why.TOO_LARGE
    huge = dict.fromkeys(masses, 2**62 // 1000)
    done(runner, AUTHORITY, c.DetermineYear("s-cement", 2027, huge, ""), after)
    assert why(runner, AUTHORITY, c.CloseYear("cement", 2027), instant("2028-08-01")) is Why.TOO_LARGE


# --- the first reason that holds


def frozen() -> Runner:
    runner = market()
    done(runner, AUTHORITY, c.FreezeAccount("steel", "inspection"))
    return runner


PRECEDENCES: list[tuple[Why, str, c.Body]] = [
    (Why.RULEBOOK_MISMATCH, AUTHORITY, c.AdoptRulebook("other", "9", "0" * 64)),
    (Why.UNKNOWN_ACTOR, "nobody", c.Deposit("nowhere", -1)),
    (Why.ROLE_MAY_NOT, "steel", c.Deposit("nowhere", -1)),
    (Why.NOT_YOUR_OWN, "steel", c.PlaceOrder("cement", "SO2-XX-2027", "buy", -1, -1)),
    (Why.UNKNOWN_ACCOUNT, "steel", c.Transfer("steel", "nowhere", "SO2-XX-2027", -1)),
    (Why.UNKNOWN_SERIES, "steel", c.PlaceOrder("steel", "SO2-XX-2027", "buy", -1, -1)),
    (Why.UNKNOWN_SERIES, "steel", c.OfferRepurchase("steel", "SO2-XX-2027", -1)),
    (Why.UNKNOWN_AUCTION, "steel", c.PlaceBid("nothing", "steel", -1, -1)),
    (Why.ACCOUNT_FROZEN, "steel", c.PlaceOrder("steel", SERIES, "buy", -1, -1)),
    (Why.ACCOUNT_FROZEN, "steel", c.Surrender("s-steel", 2027, "SO2", -1)),
    (Why.ACCOUNT_FROZEN, "cement", c.Transfer("cement", "steel", SERIES, -1)),
    (Why.ACCOUNT_FROZEN, BANK, c.Withdraw("steel", -1)),
    (Why.ALREADY_EXISTS, REGISTRAR, c.OpenAccount("steel", "trader", "", "XX")),
    (Why.ALREADY_EXISTS, REGISTRAR, c.OpenAccount("issuance-KM", "trader", "", "XX")),
    (Why.WRONG_KIND, REGISTRAR, c.OpenAccount("issuance-ZZ", "trader", "", "KM")),
    (Why.UNKNOWN_ACCOUNT, REGISTRAR, c.RegisterActor("steel", "operator", "nowhere")),
    (Why.ALREADY_EXISTS, REGISTRAR, c.RegisterActor("steel", "operator", "bank")),
    (Why.UNKNOWN_ACCOUNT, AUTHORITY, c.RegisterSource("s-steel", "", "nowhere", "XX", "x", True)),
    (Why.ALREADY_EXISTS, AUTHORITY, c.RegisterSource("s-steel", "", "bank", "XX", "x", True)),
    (
        Why.WRONG_KIND,
        AUTHORITY,
        c.RegisterSource("s-new", "", "steel", "KM", "steel", True, (c.StackEntry("new", ("SO2", "SO2")),)),
    ),
    (Why.UNKNOWN_SOURCE, AUTHORITY, c.Allocate("SO2", "KM", 2027, (c.ActivityLine("nothing", (), (), ()),))),
    (Why.ALREADY_EXISTS, AUTHORITY, c.Allocate("SO2", "KM", 2027, (c.ActivityLine("s-power", (), (), ()),))),
    (Why.NOT_VERIFIED, AUTHORITY, c.CloseYear("steel", 2027)),
    (Why.TOO_EARLY, HOST, c.SealDay("steel-1", "2027-03-02", {}, {}, "e")),
    (Why.TOO_EARLY, HOST, c.SealDay("steel-1", "2027-12-31", {}, {}, "e")),
    (Why.HOURS_MISSING, HOST, c.SealDay("steel-1", "2027-02-28", {"SO2": (24, 0, 0)}, {"SO2": -1}, "e")),
    (Why.NOT_POSITIVE, "cement", c.PlaceOrder("cement", SERIES, "buy", 100, 0)),
    (Why.TOO_LARGE, "cement", c.PlaceOrder("cement", SERIES, "sell", c.LARGEST, c.LARGEST)),
    (Why.OFF_LOT, "cement", c.PlaceOrder("cement", SERIES, "sell", 150, 1)),
    (Why.OFF_TICK, "cement", c.PlaceOrder("cement", SERIES, "sell", 100, 1)),
    (Why.OUTSIDE_BAND, "fund", c.PlaceOrder("fund", SERIES, "sell", 100, c.LARGEST // 1000 * 1000)),
    (Why.INSUFFICIENT_HOLDING, "fund", c.PlaceOrder("fund", SERIES, "sell", 100, 400_000)),
    (Why.ALREADY_EXISTS, EXCHANGE, c.OpenSession("2027-02-28")),
    (Why.SESSION_CLOSED, EXCHANGE, c.CloseSession("2027-02-28")),
    (Why.NOTHING_DUE, "cement", c.PayPenalty("s-cement", 2027, "SO2")),
    (Why.NOT_REPORTED, VERIFIERS[0], c.VerifyYear("s-steel", 2027, "adverse")),
]


@pytest.mark.parametrize(("first", "actor", "body"), PRECEDENCES, ids=lambda each: getattr(each, "value", None))
def test_refusals_come_in_the_documented_order(first: Why, actor: str, body: c.Body) -> None:
    assert why(frozen(), actor, body) == first


def test_an_order_that_would_meet_its_own_is_refused_before_its_cover_is_looked_at() -> None:
    runner = market()
    done(runner, "steel", c.Transfer("steel", "broker", SERIES, 100))
    done(runner, "broker", c.PlaceOrder("broker", SERIES, "sell", 100, 400_000))

    assert why(runner, "broker", c.PlaceOrder("broker", SERIES, "buy", 2_000_000, 440_000)) is Why.SELF_TRADE
    assert list(Why).index(Why.SELF_TRADE) < list(Why).index(Why.INSUFFICIENT_CASH)


def test_a_session_is_opened_on_its_day() -> None:
    runner = market()
    done(runner, EXCHANGE, c.CloseSession(DAY))

    assert why(runner, EXCHANGE, c.OpenSession("2027-03-02")) is Why.TOO_EARLY
    assert why(runner, EXCHANGE, c.OpenSession("2027-02-28")) is Why.TOO_LATE
    done(runner, EXCHANGE, c.OpenSession("2027-03-02"), AT + DAY_MS)
