"""Takings-over that were possible once, each refused with its code and its article."""

from __future__ import annotations

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import BANK, HOST
from airshed.model.provenance import Programme
from airshed.model.refusal import Malformed, Why
from airshed.rulebook import lookup
from airshed.rulebook.check_people import apart, of_one
from airshed.rulebook.load import find, load, load_texts
from laws import EVERY_LAW, FILES, RULES
from markets import AUTHORITY, REGISTRAR, SERIES, adopting_next, done, market, proposed, send, why

FIRST, OTHER = lookup.founders(RULES, "RegisterActor")
INSPECTOR = lookup.fellow(RULES, AUTHORITY) or ""
#: Registrations take two, as in the shipped laws.
OF_TWO = msgspec.structs.replace(
    RULES,
    roles=msgspec.structs.replace(
        RULES.roles, second=tuple(dict.fromkeys((*RULES.roles.second, "RegisterActor", "SetCap")))
    ),
)


def of_two() -> Runner:
    runner = market()
    runner.rules = OF_TWO
    return runner


def cited(runner: Runner, actor: str, body: c.Body, reason: Why) -> str:
    """The sentence of a refusal for that reason, with an article."""
    refusal = send(runner, actor, body).refusal
    assert refusal is not None
    assert refusal.why is reason
    assert refusal.cite
    return refusal.detail


def test_who_gives_out_registers_nobody_and_who_registers_gives_out_nothing() -> None:
    runner = of_two()
    cited(runner, AUTHORITY, c.RegisterActor("cousin", "province"), Why.ROLE_MAY_NOT)
    cited(runner, REGISTRAR, c.SetCap("SO2", "QJ", 2027), Why.ROLE_MAY_NOT)


def test_registrars_make_no_second_authority_by_themselves() -> None:
    """Two registrars together would otherwise make both people who approve: one of the province confirms."""
    runner = of_two()
    act = proposed(runner, FIRST, c.RegisterActor("cousin", "province")).act

    told = cited(runner, OTHER, c.ConfirmAct(act), Why.NOT_YOURS_TO_GIVE)
    assert AUTHORITY in told
    (confirmed, registered) = send(runner, INSPECTOR, c.ConfirmAct(act)).events
    assert isinstance(confirmed, e.ActConfirmed)
    assert isinstance(registered, e.ActorRegistered)


def test_nobody_becomes_a_representative_of_an_account_without_one_who_is() -> None:
    """An operator registered on another's account would move 3,000,000 allowances out."""
    runner = of_two()
    act = proposed(runner, FIRST, c.RegisterActor("stranger", "operator", "steel")).act

    told = cited(runner, OTHER, c.ConfirmAct(act), Why.NOT_YOURS_TO_GIVE)
    assert told.startswith("steel confirm that stranger becomes operator")
    cited(runner, "cement", c.ConfirmAct(act), Why.NOT_YOURS_TO_GIVE)
    assert send(runner, "stranger", c.Transfer("steel", "broker", SERIES, 3_000_000)).refusal is not None
    assert "stranger" not in runner.state.actors
    assert send(runner, "steel", c.ConfirmAct(act)).refusal is None
    assert runner.state.actors["stranger"].account == "steel"


def test_the_first_representative_is_confirmed_by_the_other_registrar() -> None:
    runner = of_two()
    done(runner, REGISTRAR, c.OpenAccount("new-firm", "operator", "New", "KM"))
    act = proposed(runner, FIRST, c.RegisterActor("wu", "operator", "new-firm")).act

    cited(runner, FIRST, c.ConfirmAct(act), Why.OWN_ACT)
    assert send(runner, OTHER, c.ConfirmAct(act)).refusal is None


def test_no_registrar_alone_opens_an_account_in_the_group_of_a_stranger() -> None:
    """It would count as the group's own: trusted by it at once, without delay, and of its position limit."""
    runner = of_two()
    for body in (
        c.OpenAccount("shell", "trader", "Shell", "KM", "lime"),
        c.OpenAccount("shell", "trader", "steel", "KM"),
    ):
        theirs = "kiln" if body.group else "steel"
        act = proposed(runner, FIRST, body).act

        assert why(runner, theirs, c.Transfer(theirs, "shell", SERIES, 1)) is Why.UNKNOWN_ACCOUNT
        cited(runner, FIRST, c.ConfirmAct(act), Why.OWN_ACT)
        told = cited(runner, OTHER, c.ConfirmAct(act), Why.NOT_YOURS_TO_GIVE)
        assert f"that shell joins {theirs}, not {OTHER}" in told
        cited(runner, "cement", c.ConfirmAct(act), Why.NOT_YOURS_TO_GIVE)
        done(runner, theirs, c.RejectAct(act, "not ours"))
        assert "shell" not in runner.state.ledger.accounts
    act = proposed(runner, FIRST, c.OpenAccount("lime-trade", "trader", "Lime Trade", "KM", "lime")).act
    (_, opened) = send(runner, "kiln", c.ConfirmAct(act)).events
    assert isinstance(opened, e.AccountOpened)


def test_where_nobody_acts_for_the_group_yet_the_other_registrar_confirms() -> None:
    runner = of_two()
    done(runner, FIRST, c.OpenAccount("one", "trader", "One", "KM", "new"))
    act = proposed(runner, FIRST, c.OpenAccount("two", "trader", "Two", "KM", "new")).act

    cited(runner, FIRST, c.ConfirmAct(act), Why.OWN_ACT)
    assert send(runner, OTHER, c.ConfirmAct(act)).refusal is None


def test_a_law_may_leave_the_opening_of_such_an_account_to_one() -> None:
    runner = of_two()
    runner.rules = msgspec.structs.replace(OF_TWO, roles=msgspec.structs.replace(OF_TWO.roles, joining_takes_two=False))
    (opened,) = send(runner, FIRST, c.OpenAccount("lime-trade", "trader", "Lime Trade", "KM", "lime")).events
    assert isinstance(opened, e.AccountOpened)


def test_an_operator_moves_nothing_out_of_another_account() -> None:
    cited(market(), "cement", c.Transfer("steel", "cement", SERIES, 3_000_000), Why.NOT_YOUR_OWN)


def test_a_monitor_seals_no_stack_that_it_does_not_serve() -> None:
    runner = market()
    done(runner, REGISTRAR, c.RegisterActor("steel-host", "monitor", "steel"))
    done(runner, REGISTRAR, c.RegisterActor("qujing-host", "monitor", "", "QJ"))
    day = ("2027-02-28", {"NOx": (24, 0, 0), "PM": (24, 0, 0), "SO2": (24, 0, 0)}, {"NOx": 0, "PM": 0, "SO2": 0})

    cited(runner, "steel-host", c.SealDay("power-1", *day, "e"), Why.OUT_OF_SCOPE)
    cited(runner, "qujing-host", c.SealDay("steel-2", *day, "e"), Why.OUT_OF_SCOPE)
    done(runner, "qujing-host", c.SealDay("power-1", *day, "e"))


def test_a_real_day_rests_on_a_digest_of_frames() -> None:
    runner = market()
    runner.state.provenance = Programme()
    day = ("2027-02-28", {"NOx": (24, 0, 0), "SO2": (24, 0, 0)}, {"NOx": 0, "SO2": 0})

    cited(runner, HOST, c.SealDay("steel-1", *day, "none"), Why.UNPROVEN)
    done(runner, HOST, c.SealDay("steel-1", *day, "ab" * 32))


def test_who_holds_the_file_adopts_no_law_that_names_a_new_authority() -> None:
    runner = market()
    own = msgspec.structs.replace(RULES.founders[0], actor="coup")
    programme = msgspec.structs.replace(RULES.programme, version="coup", authority="coup")
    runner.rules = law = msgspec.structs.replace(RULES, programme=programme, founders=(own, *RULES.founders))

    assert why(runner, "coup", adopting_next(law)) is Why.UNKNOWN_ACTOR
    cited(runner, "steel", adopting_next(law), Why.ROLE_MAY_NOT)


def test_a_city_clerk_acts_in_the_city_only() -> None:
    runner = market()
    done(runner, REGISTRAR, c.RegisterActor("kunming", "city", "", "KM"))

    for body in (
        c.SetCap("NOx", "QJ", 2027),
        c.Allocate("NOx", "QJ", 2027, ()),
        c.FreezeAccount("power", "because"),
        c.RegisterSource("s-new", "New", "power", "QJ", "power", True),
        c.OpenAuction("a", "SO2-QJ-2027", 100),
        c.CloseYear("power", 2027),
        c.FreezeAccount("treasury", "because"),
        c.FreezeAccount("nobody", "because"),
    ):
        cited(runner, "kunming", body, Why.OUT_OF_SCOPE)
    done(runner, "kunming", c.SetCap("NOx", "KM", 2027))


def test_a_clerk_of_one_city_ends_no_auction_of_another() -> None:
    """Auctions of one event are cleared together: whoever joined it with one of their own chose hour and seed."""
    runner = market()
    for code, name in (("KM", "kunming"), ("QJ", "qujing")):
        done(runner, REGISTRAR, c.RegisterActor(name, "city", "", code))
    done(runner, AUTHORITY, c.SetCap("SO2", "QJ", 2027))
    done(runner, AUTHORITY, c.Allocate("SO2", "QJ", 2027, (c.ActivityLine("s-power", (2024,), (800,), (10**6,)),)))
    done(runner, "qujing", c.OpenAuction("qj", "SO2-QJ-2027", 1_000, "spring"))

    told = cited(runner, "kunming", c.OpenAuction("km", SERIES, 1_000, "spring"), Why.OUT_OF_SCOPE)
    assert told == "kunming is bound to KM, and this concerns QJ"
    done(runner, AUTHORITY, c.OpenAuction("km", SERIES, 1_000, "spring"))
    for clerk in ("kunming", "qujing"):
        cited(runner, clerk, c.CloseAuction("km", 42), Why.OUT_OF_SCOPE)
        cited(runner, clerk, c.CloseAuction("qj", 42), Why.OUT_OF_SCOPE)
    done(runner, AUTHORITY, c.CloseAuction("km", 42))


def test_whoever_gives_out_is_never_alone() -> None:
    """What who registers people may not send, as `apart.csv` has it, takes two in every shipped law."""
    gives = {pair.other for pair in apart() if pair.one in ("RegisterActor", "OpenAccount")}
    assert {"SetCap", "Allocate", "GrantRight", "GrantReserve", "IssueCredits", "Deposit"} == gives
    for name in EVERY_LAW:
        rules = load(find(name))
        asked = ("RegisterActor", "Deposit", "Withdraw", "AdoptRulebook", "RenewRight", *gives)
        assert {each for each in asked if lookup.senders(rules, each)} <= set(rules.roles.second), name
        assert {role.code for role in rules.people if role.confirmed_by} >= {"bank", "verifier"}, name


def test_a_law_that_lets_one_person_do_what_takes_two_is_told() -> None:
    assert of_one(RULES) == ()
    alone = msgspec.structs.replace(RULES, roles=msgspec.structs.replace(RULES.roles, second=("SetCap",)))
    assert of_one(alone) == ("AdoptRulebook", "RegisterActor", "Allocate", "Deposit", "Withdraw")


def test_two_registrars_make_no_bank_and_no_verifier() -> None:
    """Together they would make both people who pay money in, or both who have an opinion."""
    runner = of_two()
    for role in ("bank", "verifier"):
        act = proposed(runner, FIRST, c.RegisterActor(f"own-{role}", role)).act
        told = cited(runner, OTHER, c.ConfirmAct(act), Why.NOT_YOURS_TO_GIVE)
        assert AUTHORITY in told
        assert send(runner, INSPECTOR, c.ConfirmAct(act)).refusal is None


def test_what_is_confirmed_is_what_was_proposed() -> None:
    """Between the two the firms put another buyer in the place of the one that the office had seen."""
    runner = of_two()
    done(runner, "steel", c.OfferSource("s-steel", "cement"))
    done(runner, "cement", c.ClaimSource("s-steel"))
    act = proposed(runner, AUTHORITY, c.TransferSource("s-steel")).act
    dropped = done(runner, "steel", c.DropSource("s-steel", "changed")).events
    assert [type(event) for event in dropped] == [e.ActRejected, e.SourceDropped]
    done(runner, "steel", c.OfferSource("s-steel", "power"))
    done(runner, "power", c.ClaimSource("s-steel"))

    cited(runner, INSPECTOR, c.ConfirmAct(act), Why.UNKNOWN_ACT)


def test_who_is_suspended_or_revoked_does_nothing_and_what_they_proposed_falls() -> None:
    runner = of_two()
    act = proposed(runner, AUTHORITY, c.SetCap("NOx", "KM", 2027)).act
    registered = proposed(runner, OTHER, c.RegisterActor("wu", "verifier")).act
    done(runner, REGISTRAR, c.RegisterActor("third", "registrar"))
    for name in ("fourth", "fifth"):
        done(runner, REGISTRAR, c.RegisterActor(name, "registrar"))

    done(runner, FIRST, c.SuspendActor(OTHER, "under inquiry"))

    assert registered not in runner.state.acts
    assert act in runner.state.acts
    cited(runner, OTHER, c.RegisterActor("wu", "verifier"), Why.ACTOR_SUSPENDED)
    cited(runner, OTHER, c.ConfirmAct(act), Why.ACTOR_SUSPENDED)


def test_nobody_gives_a_right_that_their_role_may_not_give() -> None:
    """A law may let one role register another only: of who may register firms nobody makes a bank."""
    people = tuple(
        msgspec.structs.replace(role, registered_by=("bank",)) if role.code == "verifier" else role
        for role in RULES.people
    )
    runner = market()
    runner.rules = msgspec.structs.replace(RULES, people=people)

    cited(runner, REGISTRAR, c.RegisterActor("wu", "verifier"), Why.NOT_YOURS_TO_GIVE)
    cited(runner, REGISTRAR, c.SuspendActor("verifier-1", "no"), Why.NOT_YOURS_TO_GIVE)
    cited(runner, REGISTRAR, c.RegisterActor("wu", "emperor"), Why.WRONG_KIND)


def test_a_programme_cannot_be_locked() -> None:
    runner = market()
    cited(runner, FIRST, c.SuspendActor(OTHER, "alone"), Why.CONDITION_OPEN)
    cited(runner, FIRST, c.SuspendActor(FIRST, "alone"), Why.OWN_ACT)


def test_one_registrar_who_suspends_everybody_is_suspended_by_the_province_and_all_resume() -> None:
    """Nothing undid it: who resumes takes two, and only the other registrar could have."""
    runner = of_two()
    for name in list(runner.state.actors):
        send(runner, FIRST, c.SuspendActor(name, "rogue"))
    active = [known.id for known in runner.state.actors.values() if known.state == "active"]
    assert [runner.state.actors[name].role for name in active].count("province") == 1
    assert OTHER in active
    (province,) = (name for name in active if runner.state.actors[name].role == "province")

    done(runner, province, c.SuspendActor(FIRST, "rogue"))
    for known in list(runner.state.actors.values()):
        if known.state == "suspended" and known.id != FIRST:
            act = proposed(runner, OTHER, c.ResumeActor(known.id)).act
            assert send(runner, province, c.ConfirmAct(act)).refusal is None
    assert [known.id for known in runner.state.actors.values() if known.state != "active"] == [FIRST]


def test_nor_does_one_of_the_province() -> None:
    runner = of_two()
    for name in list(runner.state.actors):
        send(runner, AUTHORITY, c.SuspendActor(name, "rogue"))
    active = [known.id for known in runner.state.actors.values() if known.state == "active"]
    honest = {runner.state.actors[name].role: name for name in active if name != AUTHORITY}
    assert set(honest) == {"registrar", "province"}

    done(runner, honest["registrar"], c.SuspendActor(AUTHORITY, "rogue"))
    act = proposed(runner, honest["registrar"], c.ResumeActor("steel")).act
    assert send(runner, honest["province"], c.ConfirmAct(act)).refusal is None
    cited(runner, honest["registrar"], c.SuspendActor(honest["province"], "too"), Why.CONDITION_OPEN)


@pytest.mark.parametrize("other", ["Allocate", "SetCap", "Deposit"])
def test_no_law_lets_one_role_do_everything(other: str) -> None:
    lines = FILES["roles.csv"].decode().splitlines()
    role = lines[0].split(",").index("registrar")
    for number, line in enumerate(lines):
        cells = line.split(",")
        if cells[0] == other:
            cells[role] = "zone"
            lines[number] = ",".join(cells)

    with pytest.raises(Malformed, match=f"column registrar: may send both RegisterActor and {other}"):
        load_texts({**FILES, "roles.csv": "\n".join(lines).encode()})


def test_a_bank_deposits_only_where_there_are_two() -> None:
    """A bank that one registrar has registered would deposit 2^53 fen; who registers is not who confirms."""
    runner = of_two()
    act = proposed(runner, FIRST, c.RegisterActor("own-bank", "bank")).act

    assert why(runner, "own-bank", c.Deposit("steel", 2**53)) is Why.UNKNOWN_ACTOR
    cited(runner, BANK, c.ConfirmAct(act), Why.NOT_YOURS_TO_GIVE)
    cited(runner, FIRST, c.ConfirmAct(act), Why.OWN_ACT)


def test_registrars_put_nobody_in_the_place_of_representatives_whom_they_suspend() -> None:
    """Two registrars would else suspend whoever acts for an account, let a stranger in and move all of it out."""
    runner = of_two()
    done(runner, FIRST, c.SuspendActor("steel", "an inquiry"))
    act = proposed(runner, FIRST, c.RegisterActor("stranger", "operator", "steel")).act
    told = cited(runner, OTHER, c.ConfirmAct(act), Why.NOT_YOURS_TO_GIVE)
    assert told == "who acts for steel is suspended; resume one of them, or freeze the account and revoke them"
    cited(runner, FIRST, c.RevokeActor("steel", "an inquiry"), Why.CONDITION_OPEN)
    done(runner, AUTHORITY, c.FreezeAccount("steel", "an inquiry"))  # another office than who registers
    done(runner, FIRST, c.RevokeActor("steel", "an inquiry"))
    assert send(runner, OTHER, c.ConfirmAct(act)).refusal is None


def test_a_machine_that_measures_for_an_account_lets_nobody_act_for_it() -> None:
    """Nor does it stand in the way of its first representative."""
    runner = of_two()
    done(runner, REGISTRAR, c.OpenAccount("new-firm", "operator", "New", "KM"))
    done(runner, FIRST, c.RegisterActor("new-box", "monitor", "new-firm"))
    act = proposed(runner, FIRST, c.RegisterActor("wu", "operator", "new-firm")).act
    assert send(runner, "new-box", c.ConfirmAct(act)).refusal is not None
    assert send(runner, OTHER, c.ConfirmAct(act)).refusal is None


def test_who_may_only_initiate_takes_back_what_they_proposed() -> None:
    runner = of_two()
    done(runner, FIRST, c.RegisterActor("starter", "operator", "steel", "", "initiate"))
    done(runner, FIRST, c.RegisterActor("looker", "operator", "steel", "", "read"))
    done(runner, FIRST, c.RegisterActor("mate", "operator", "steel"))
    done(runner, "steel", c.SetTransferLimits("steel", 10, None))
    mine = proposed(runner, "starter", c.Transfer("steel", "broker", SERIES, 100)).act
    theirs = proposed(runner, "mate", c.Transfer("steel", "broker", SERIES, 100)).act
    cited(runner, "looker", c.RejectAct(mine, "no"), Why.ROLE_MAY_NOT)
    cited(runner, "starter", c.RejectAct(theirs, "no"), Why.ROLE_MAY_NOT)
    cited(runner, "starter", c.ConfirmAct(theirs), Why.ROLE_MAY_NOT)
    assert send(runner, "starter", c.RejectAct(mine, "a slip")).refusal is None


def test_a_holder_that_wants_two_for_what_it_gives_wants_two_for_what_it_gives_up() -> None:
    """One alone, or a stolen sign-in, would else destroy what it cannot take."""
    runner = of_two()
    done(runner, FIRST, c.RegisterActor("mate", "operator", "steel"))
    done(runner, "steel", c.SetTransferLimits("steel", 10, None))
    assert not isinstance(done(runner, "steel", c.CancelAllowances("steel", SERIES, 10)).events[0], e.ActProposed)
    act = proposed(runner, "steel", c.CancelAllowances("steel", SERIES, 11)).act
    cited(runner, "steel", c.ConfirmAct(act), Why.OWN_ACT)
    (_, event) = send(runner, "mate", c.ConfirmAct(act)).events
    assert isinstance(event, e.AllowancesCancelled)
