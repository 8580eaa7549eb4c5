"""Screens name the money of the law, and the price of a strip for a tonne and year (tutorials/prices/strips.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.engine import commands as c
from airshed.engine.commands import Command
from airshed.lab.second import confirmations
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.market.tenor import year_price_fen
from airshed.model.measures import Unit
from airshed.model.provenance import Simulation
from airshed.rulebook import lookup
from airshed.rulebook.load import find, texts
from airshed.rulebook.load import read as read_law
from airshed.service.book.opening import adopt
from airshed.service.book.sqlite import Book
from airshed.service.forms.measures import Terms, read, write
from airshed.zone.entering import reviewer
from beijing import instant
from laws import LAW, RULES, as_files

DAY = "2003-03-03"


@pytest.fixture
def dollars(tmp_path: Path) -> Path:
    """A book under the US law in which somebody bids for an allowance."""
    path = tmp_path / "us.book"
    at = instant(DAY, 10)
    with Book.create(path) as book:
        runner, _ = adopt(book, texts(find("acidrain")), at, Simulation("test"))
        rules = runner.rules
        office, row = rules.programme.authority, rules.caps.rows[0]
        registrar = lookup.founders(rules, "RegisterActor")[0]
        wishes: list[tuple[str, c.Body]] = [
            (registrar, c.RegisterActor(EXCHANGE, "exchange")),
            *((registrar, c.RegisterActor(name, "bank")) for name in ("us-bank", reviewer("us-bank"))),
            (registrar, c.OpenAccount("ohio", "trader", "Ohio", row.jurisdiction)),
            (registrar, c.RegisterActor("ohio-trader", "trader", "ohio")),
            ("us-bank", c.Deposit("ohio", 10**12)),
            (office, c.SetCap(row.pollutant, row.jurisdiction, row.vintage)),
            (EXCHANGE, c.OpenSession(DAY)),
        ]
        for number, (actor, body) in enumerate(wishes):
            answer = runner.send(Command(actor, str(number), body), at)
            assert answer.refusal is None, answer.refusal
            for second, confirm in confirmations(
                [answer], lambda actor: lookup.fellow(rules, actor) or reviewer(actor), runner
            ):
                assert runner.send(Command(second, f"second {number}", confirm), at).refusal is None
        series = f"{row.pollutant}-{row.jurisdiction}-{row.vintage}"
        price = rules.pollutants[0].reference_fen_per_t
        order = c.PlaceOrder("ohio", series, "buy", rules.trading.lot, price - price % rules.trading.tick_fen_per_t)
        assert runner.send(Command("ohio-trader", "order", order), at).refusal is None
    return path


@pytest.mark.parametrize("room", ["depth", "summary"])
def test_a_book_of_another_law_is_shown_in_its_money(dollars: Path, room: str) -> None:
    with Book.read(dollars) as book:
        (name,) = book.sql.execute("SELECT series FROM caps").fetchone()
    series = ["--series", name] if room == "depth" else []
    shown = CliRunner().invoke(build(ROOMS), ["market", room, str(dollars), *series]).output

    assert "dollars/t" in shown
    assert "yuan" not in shown


@given(st.integers(1, 10**9), st.integers(2, 30))
def test_the_yearly_price_of_a_strip_is_its_share_of_the_whole(fen: int, years: int) -> None:
    yearly = year_price_fen(f"SO2-KM-2027..{2026 + years}", fen)

    assert abs(2 * (yearly * years - fen)) <= years


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("EUR", None),
        ("EUU", "there is no currency 'EUU'"),
        ("JPY", "amounts of JPY have 0 digits after the point, and those of a law 2"),
        ("KWD", "amounts of KWD have 3 digits after the point, and those of a law 2"),
    ],
)
def test_a_law_reckons_in_a_currency_that_has_hundredths(code: str, said: str | None) -> None:
    _, faults = read_law(as_files({**LAW, "currency": {**LAW["currency"], "code": code}}))

    assert [fault.what for fault in faults] == ([] if said is None else [said])


def test_an_amount_may_have_the_sign_of_its_currency() -> None:
    law = replace(RULES, currency=replace(RULES.currency, code="EUR", name_en="€", name_zh="欧元"))
    terms = Terms.of(law)

    assert write(2_550_000, Unit.FEN_PER_T, terms) == "25,500 €/t"
    for text in ("25500 €/t", "€25,500/t", "25500 EUR/t", "25500 欧元/t"):
        assert read(text, Unit.FEN_PER_T, terms, "--limit") == 2_550_000
