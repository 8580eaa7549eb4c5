"""A book under another law: the same commands, other answers, and nothing invented."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest

from airshed.cli.lab.replay import replay
from airshed.engine import commands as c
from airshed.engine.journal import Line, MemoryJournal, decode
from airshed.engine.runner import Runner
from airshed.lab.scenarios.draw import Setting
from airshed.lab.scenarios.path import _Path as Played
from airshed.lab.scenarios.schema import Entry, Scenario, TradeHabits
from airshed.lab.simulator.sim import SimulatedRun
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.service.book.replay import NAMES, WITHIN, LawsCompared, carried_on, here, under
from airshed.service.book.sqlite import Book
from airshed.zone.load import load as load_zone
from beijing import instant_in
from laws import FILES, RULES
from story import story

ZONE = load_zone(shipped("zones", "dianzhong"))
ASKED = Scenario(
    name_en="a real year",
    name_zh="真实年度",
    question_en="?",
    question_zh="?",
    rulebook="dianzhong",
    pollutant="SO2",
    years=2,
    entry=Entry(firms_a_year=1.0),
    trade=TradeHabits(days=3, turns=12),
)


@lru_cache(maxsize=4)
def played(session: str = "continuous") -> tuple[Rulebook, tuple[Line, ...]]:
    """Two years of the zone, and the law they were played under."""
    trade = TradeHabits(days=3, turns=12) if session == "continuous" else TradeHabits(session="call", rounds=3)
    path = Played(Setting(msgspec.structs.replace(ASKED, trade=trade), RULES, ZONE), 0)
    path.play()
    return path.law, tuple(path.desk.runner.journal.lines())


def told() -> list[Line]:
    """The story: nearly every command once."""
    runner = Runner(MemoryJournal(), RULES, tables=False)
    for at, command in story(RULES):
        runner.send(command, instant_in(at, "story"))
    return list(runner.journal.lines())


def fates(found: LawsCompared) -> set[str]:
    return {fate for (_, fate), count in found.fates.items() if count}


def with_rules(law: Rulebook, **changed: object) -> Rulebook:
    return msgspec.structs.replace(law, trade_rules=msgspec.structs.replace(law.trade_rules, **changed))


@pytest.mark.parametrize("session", ["continuous", "call"])
def test_under_its_own_law_a_book_fares_the_same_to_the_fen(session: str) -> None:
    law, lines = played(session)
    found = under(lines, law)
    assert fates(found) <= {"same", "law"}
    assert found.before == found.after
    assert found.records == len(lines)
    assert found.before.traded
    assert found.before.obligation["SO2"] > 0
    assert (found.cut, found.waiting, found.changed) == (0, 0, [])


def test_the_story_fares_the_same_under_its_own_law() -> None:
    """So every number that any command names is translated."""
    found = under(told(), RULES)
    assert fates(found) <= {"same", "law"}
    assert found.before == found.after


def test_every_command_that_names_a_number_is_known_here() -> None:
    """Orders, deals and the like are found by their name; what counts within something must be said."""
    assert {c.CancelOrder, c.AcceptDeal, c.ConfirmAct, c.RedeemPledge, c.PayRent, c.PayInstalment} <= set(NAMES)
    assert c.MarkHours not in NAMES  # its mark is a name
    within = {kind for kind, (name, _) in NAMES.items() if name == "number"}
    assert within == set(WITHIN), "say what the number of a new command counts within"


def test_closed_borders_refuse_what_crossed_them_and_say_why() -> None:
    law, lines = played()
    found = under(lines, with_rules(law, crossing="never"))
    crossed = [each for each in found.changed if each.after == Why.CROSSING]
    assert crossed
    assert all(each.article and "may not buy" in each.detail for each in crossed)
    assert {each.fate for each in crossed if not each.before} == {"refused"}
    listed = [which.traded["listed", "SO2"][0] for which in (found.before, found.after)]
    assert listed[1] < listed[0]
    assert found.after.shortfall["SO2"] > found.before.shortfall["SO2"]
    assert found.after.penalty["SO2"] > found.before.penalty["SO2"]
    assert found.cut > 0
    first = {key: count for key, count in found.before.allocated.items() if key[1].endswith("2027")}
    assert first == {key: count for key, count in found.after.allocated.items() if key in first}
    assert found.before.allocated != found.after.allocated  # the next year's pays for what is missing


def test_what_takes_back_an_order_that_was_never_made_is_not_offered() -> None:
    law, lines = played()
    found = under(lines, with_rules(law, crossing="never"))
    hanging = [each for each in found.changed if each.fate == "dangling"]
    assert {each.command for each in hanging} == {"CancelOrder"}
    refused = sum(each.command == "PlaceOrder" and each.fate == "refused" for each in found.changed)
    assert 0 < len(hanging) <= refused


def test_another_fee_changes_fees_and_nothing_else_that_was_traded() -> None:
    law, lines = played()
    dear = msgspec.structs.replace(law.trading, buyer_fee_basis_points=150, seller_fee_basis_points=150)
    found = under(lines, msgspec.structs.replace(law, trading=dear))
    assert found.before.traded["listed", "SO2"] == found.after.traded["listed", "SO2"]
    assert abs(found.after.fees - 2 * found.before.fees) <= len(lines)
    assert found.after.shortfall == found.before.shortfall


def test_an_order_off_the_tick_of_the_other_law_is_priced_on_it_and_never_worse() -> None:
    law, lines = played()
    coarse = msgspec.structs.replace(law.trading, tick_fen_per_t=10_000, lot=500)
    found = under(lines, msgspec.structs.replace(law, trading=coarse))
    assert found.fitted > 100
    assert not [each for each in found.changed if each.after == Why.OFF_TICK]
    assert 0 < found.after.traded["listed", "SO2"][0] < 1.5 * found.before.traded["listed", "SO2"][0]


def test_another_method_moves_allowances_between_sources_and_conserves_the_cap() -> None:
    law, lines = played()
    other = msgspec.structs.replace(law.allocation, method="history")
    found = under(lines, msgspec.structs.replace(law, allocation=other))
    before, after = found.before.allocated, found.after.allocated
    assert before != after
    assert abs(sum(before.values()) - sum(after.values())) < 0.05 * sum(before.values())


def test_confirmations_that_are_no_longer_needed_are_left_out_and_new_ones_are_missed() -> None:
    law, lines = played()
    alone = msgspec.structs.replace(law, roles=msgspec.structs.replace(law.roles, second=()))
    found = under(lines, alone)
    assert found.fates["ConfirmAct", "unneeded"] > 100
    assert found.before == found.after
    strict = msgspec.structs.replace(law.roles, second=(*law.roles.second, "CloseYear"))
    waiting = under(lines, msgspec.structs.replace(law, roles=strict))
    assert waiting.waiting > 50  # the closings: whatever else waited has lapsed
    assert not waiting.after.obligation


@pytest.mark.parametrize("name", ["shanxi", "acidrain", "dianzhong"])
def test_the_shipped_laws_take_any_book(name: str) -> None:
    """Whatever is refused, the state under the other law holds its invariants: `under` checks them at the end."""
    for lines in (list(played()[1]), told()):
        found = under(lines, load(find(name)))
        assert found.records == len(lines)
        assert sum(found.fates.values()) == len(lines)


def test_the_rules_of_another_region_can_be_taken_here() -> None:
    """Shanxi's places are others, so nothing happens there; its rules as they would be written here do a lot."""
    law, lines = played()
    shanxi = load(find("shanxi"))
    assert not under(lines, shanxi).after.obligation
    found = under(lines, here(shanxi, law))
    assert found.after.obligation == found.before.obligation
    assert found.after.allocated
    assert {each.after for each in found.changed if each.fate == "refused"}


def test_an_index_that_ends_before_this_laws_years_is_carried_on_and_said() -> None:
    """The Acid Rain Program's index ends in 2009: without it no year could be closed, and nothing would be short."""
    law, lines = played()
    acid = load(find("acidrain"))
    found = under(lines, here(acid, law))
    assert found.after.closed == found.before.closed > 0
    last = carried_on(acid, law)
    assert last is not None
    assert last.period == max(row.period for row in acid.shortfall.rows)
    rows = {row.period: row.index_thousandths for row in here(acid, law).shortfall.rows}
    assert rows[2027] == rows[2028] == last.index_thousandths
    assert carried_on(law, law) is None


def test_what_differs_is_said_on_screen_with_its_units_and_its_limits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, lines = played()
    path = tmp_path / "year.book"
    with Book.create(path) as book:
        runner = Runner(book, RULES)
        for line in lines:
            record = decode(line)
            if isinstance(record.body, c.AdoptRulebook):
                mine, was = RULES.programme, record.body.provenance
                body: c.Body = c.AdoptRulebook(mine.id, mine.version, digest(RULES), was)
            else:
                body = record.body
            runner.send(c.Command(record.actor, record.key, body), record.at)
        book.keep_law(digest(RULES), FILES)
    replay(str(path), "acidrain", as_here=True)
    said = " ".join(capsys.readouterr().out.split())
    assert "listed SO2 yuan a tonne" in said
    assert "penalties are indexed as of 2009" in said
    assert "the book is in yuan, the other law in dollars" in said
    replay(str(path), "acidrain", json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["after"]["years_closed"] == 0
    moved = [row for row in found["allocation"] if row["before"] and not row["after"]]
    assert moved


@pytest.mark.parametrize("seed", range(3))
def test_random_books_are_taken_too(seed: int) -> None:
    run = SimulatedRun(seed, 120, RULES, None, None)
    run.play(lambda step: None)
    lines = list(run.memory.journal.lines())
    found = under(lines, RULES)
    assert sum(found.fates.values()) == len(lines)


def test_a_damaged_book_and_one_without_a_law_are_refused() -> None:
    lines = list(played()[1])
    with pytest.raises(Malformed, match="its bytes do not give its hash"):
        under([lines[0]._replace(record=lines[0].record + b" "), *lines[1:]], RULES)
    with pytest.raises(Malformed, match="adopts no rulebook"):
        under([], RULES)


def test_designs_can_be_tried_on_a_book_that_scenarios_made() -> None:
    law, lines = played()
    half = msgspec.structs.replace(law.allocation, auction_basis_points=5_000, reserve_basis_points=300)
    found = under(lines, msgspec.structs.replace(law, allocation=half))
    assert sum(found.after.allocated.values()) < 0.6 * sum(found.before.allocated.values())
