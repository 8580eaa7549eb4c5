"""Before the days that the law names, the figures of a year are for offices and for those whose own they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from airshed.cli.book.group import app
from airshed.engine import commands as c
from airshed.engine.journal import decode
from airshed.model.refusal import Why
from airshed.rulebook import lookup
from airshed.service.book.embargo import (
    COMMANDS,
    EMISSIONS,
    NO_YEAR,
    QUOTING,
    STANDING,
    Embargo,
    embargo,
    source_of,
)
from airshed.service.book.sqlite import Book
from airshed.service.http.seen import beside, seen
from airshed.service.http.viewer import bound
from beijing import instant
from laws import RULES
from markets import AUTHORITY, REGISTRAR, SERIES, done, market, send, why
from services import Served, served

#: The shipped law: emissions of 2027 on 31 May 2028, how sources stand on 1 July.
EARLY, MAY, JULY = instant("2028-04-29", 9), instant("2028-05-31", 9), instant("2028-07-01", 9)
KG = 5_123
FIGURES = ("verified_mg", "obligation")
STANDS = ("surrendered", "shortfall", "penalty_fen")


def test_the_days_of_the_law_say_of_which_years_all_is_public() -> None:
    assert embargo(RULES, "2028-05-30") == Embargo(2026, 2026)
    assert embargo(RULES, "2028-05-31") == Embargo(2027, 2026)
    assert embargo(RULES, "2028-07-01") == Embargo(2027, 2027)
    none = msgspec.structs.replace(RULES.compliance, emissions_public_on=None, standing_public_on=None)
    assert embargo(msgspec.structs.replace(RULES, compliance=none), "2028-01-01") == Embargo(2028, 2028)
    assert NO_YEAR < 2000


def test_who_has_to_do_with_years_or_only_watches_reads_early() -> None:
    early = {role for role in lookup.people(RULES) if lookup.reads_early(RULES, role)}
    assert {"province", "city", "verifier", "auditor"} == early - {"monitor"}
    assert not early & {"exchange", "bank", "auctioneer", "registrar", "trader"}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book in which the kiln and the steelworks have a verified year, and nobody surrendered yet."""
    path = tmp_path_factory.mktemp("embargo") / "embargo.book"
    with Book.create(path) as book:
        runner = market(book, tables=True)
        done(runner, REGISTRAR, c.RegisterActor("small-auditor", "auditor"))
        for source in ("s-kiln", "s-steel"):
            mass = {"NOx": 0, "PM": 0, "SO2": KG * 1_000, "VOC": 0}
            done(runner, AUTHORITY, c.DetermineYear(source, 2027, mass, "nothing was reported"), EARLY)
        done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", KG), EARLY)
        late = c.NoticeCase("s-steel", 2027, "reporting", "", 50_000_00, "nothing was reported", evidence="1" * 64)
        done(runner, AUTHORITY, late, EARLY)
        done(runner, "steel", c.ReplyCase(1, "the clerk was ill"), EARLY)
        mass = {"NOx": 0, "PM": 0, "SO2": KG * 1_000, "VOC": 0}
        assert send(runner, AUTHORITY, c.DetermineYear("s-power", 2027, mass, "waits"), EARLY).refusal is None
        assert why(runner, "steel", c.Surrender("s-steel", 2027, "SO2", KG), EARLY) is Why.TOO_LARGE
    return path


# --- over HTTP


@pytest.fixture(scope="module")
def service(path: Path) -> Iterator[Served]:
    with served(path) as found:
        found.clock.ms = EARLY + 3_600_000
        yield found


@pytest.fixture(scope="module")
def readers(service: Served) -> dict[str, httpx.Client]:
    names = ("dianzhong-office", "small-auditor", "small-bank", "steel", "broker")
    return {**{name: service.signed(name) for name in names}, "": service.stranger()}


def years(client: httpx.Client, **asked: str) -> dict[str, dict[str, Any]]:
    answer = client.get("/v1/tables/years", params={"pollutant": "SO2", **asked})
    assert answer.status_code == 200, answer.text
    return {row["source"]: row for row in answer.json()["rows"]}


def test_before_the_day_figures_are_for_offices_and_for_whose_own_they_are(
    service: Served, readers: dict[str, httpx.Client]
) -> None:
    for name in ("dianzhong-office", "small-auditor"):
        assert {row["obligation"] for row in years(readers[name]).values()} == {KG}
    assert {row["obligation"] for row in years(readers["small-bank"]).values()} == {None}
    assert {row["surrendered"] for row in years(readers["small-bank"]).values()} == {None}
    mine = years(readers["steel"])
    assert set(mine) == {"s-steel"}
    assert mine["s-steel"]["surrendered"] == KG
    assert years(readers["broker"]) == years(readers[""]) == {}


def test_what_is_hidden_cannot_be_asked_for_by_a_filter(service: Served, readers: dict[str, httpx.Client]) -> None:
    assert years(readers["small-bank"], obligation=str(KG)) == {}
    assert years(readers["small-bank"], **{"verified_mg.gt": "0"}) == {}
    assert len(years(readers["dianzhong-office"], obligation=str(KG))) == 2


def test_records_acts_and_refusals_tell_nothing_of_it_either(service: Served, readers: dict[str, httpx.Client]) -> None:
    told = []
    for seq in range(1, service.records() + 1):
        for_bank = readers["small-bank"].get(f"/v1/records/{seq}").json()
        whole = readers["dianzhong-office"].get(f"/v1/records/{seq}").json()
        if '"year":2027' in json.dumps(whole, separators=(",", ":")) and whole["body"]["do"] != "SetCap":
            told.append((for_bank.get("embargoed"), "body" in for_bank))
    assert len(told) >= 5
    assert set(told) == {(True, False)}
    for table, telling in (("acts", "about"), ("refusals", "detail")):
        whole, told_ = (
            readers[name].get(f"/v1/tables/{table}").json()["rows"][-1][telling]
            for name in ("dianzhong-office", "small-bank")
        )
        assert "2027" in whole
        assert told_ is None
    assert str(KG) in readers["steel"].get("/v1/tables/refusals").text


def last_move(client: httpx.Client, account: str) -> dict[str, Any]:
    return dict(client.get(f"/v1/accounts/{account}").json()["moves"][-1])


def test_a_move_that_tells_how_a_source_stands_is_a_blank_in_the_statement_of_others(
    readers: dict[str, httpx.Client],
) -> None:
    for name in ("steel", "surrendered-KM"):
        told = last_move(readers["small-bank"], name)
        assert (told["what"], told["other"], told["count"], told.get("embargoed")) == ("", "", 0, True)
        assert last_move(readers["dianzhong-office"], name)["what"] == "Surrendered"
    assert last_move(readers["steel"], "steel")["what"] == "Surrendered"


def test_a_whole_statement_keeps_back_the_same_and_what_is_owed(readers: dict[str, httpx.Client]) -> None:
    """Of a case of a year that is not public not even that there is one, but to whose it is and to offices."""
    for name in ("steel", "dianzhong-office"):
        told = readers[name].get("/v1/accounts/steel/statement").json()["statement"]
        assert [case["case"] for case in told["cases"]] == [1]
        assert (told["moves"][-1]["what"], told["moves"][-1]["count"]) == ("Surrendered", -KG)
        assert told["embargoed"][-1] == "standing of 2027 not public before 2028-07-01"
    told = readers["small-bank"].get("/v1/accounts/steel/statement").json()["statement"]
    last = told["moves"][-1]
    assert (told["cases"], last["what"], last["count"], last["embargoed"]) == ([], "", 0, True)
    assert readers["broker"].get("/v1/accounts/steel/statement").status_code == 404
    assert readers[""].get("/v1/accounts/steel/statement").status_code == 401


def steps_of_cases(service: Served, office: httpx.Client, reader: httpx.Client) -> list[tuple[bool, bool]]:
    """Whether a reader is told that a record in which a step of a case was taken is kept back, and what was said."""
    whole = [office.get(f"/v1/records/{seq}").json() for seq in range(1, service.records() + 1)]
    steps = [each["seq"] for each in whole if each["body"]["do"] in ("NoticeCase", "ReplyCase")]
    assert len(steps) == 2
    seen = [reader.get(f"/v1/records/{seq}").json() for seq in steps]
    return [("embargoed" in each, "body" in each) for each in seen]


def test_a_case_is_kept_back_until_its_year_is_public(service: Served, readers: dict[str, httpx.Client]) -> None:
    assert steps_of_cases(service, readers["dianzhong-office"], readers["small-bank"]) == [(True, False)] * 2


def test_from_the_day_on_everybody_reads_them_and_how_sources_stand_later(
    service: Served, readers: dict[str, httpx.Client], path: Path
) -> None:
    try:
        service.clock.ms = MAY
        late = {name: service.signed(name) for name in ("broker", "small-bank")} | {"": service.stranger()}
        for client in late.values():
            rows = years(client)
            assert {row["obligation"] for row in rows.values()} == {KG}
            assert [rows[name]["surrendered"] for name in ("s-kiln", "s-steel")] == [None, None]
        service.clock.ms = JULY
        late = {name: service.signed(name) for name in ("broker", "small-bank")} | {"": service.stranger()}
        for client in late.values():
            assert years(client)["s-steel"]["surrendered"] == KG
        assert "body" in late["small-bank"].get(f"/v1/records/{service.records()}").json()
        assert "body" not in late[""].get(f"/v1/records/{service.records()}").json()
        office, bank = service.signed("dianzhong-office"), late["small-bank"]
        assert steps_of_cases(service, office, bank) == [(False, True)] * 2
        told = last_move(bank, "steel")
        assert (told["what"], told["count"], "embargoed" in told) == ("Surrendered", -KG, False)
    finally:
        service.clock.ms = EARLY + 3_600_000


def test_an_office_of_one_place_that_has_nothing_to_do_with_years_waits_too(path: Path) -> None:
    viewer = bound(RULES, "monitor", "", "KM", "2028-05-01")
    assert (viewer.reads, viewer.public) == ("jurisdiction", Embargo(2026, 2026))
    with Book.read(path) as book:
        told = [line for line in book.lines() if isinstance(decode(line).body, c.Surrender)]
        assert len(told) == 2
        assert [each.embargoed for each in seen(told, viewer, beside(book.sql, viewer))] == [True, True]


# --- in the shell


def test_a_statement_on_the_file_says_what_of_it_is_not_public(path: Path) -> None:
    answer = CliRunner().invoke(app, ["statement", str(path), "steel"])
    assert "standing of 2027 not public before 2028-07-01" in answer.output
    answer = CliRunner().invoke(app, ["statement", str(path), "broker", "--json"])
    assert "embargoed" not in [word for line in answer.output.splitlines() for word in json.loads(line)]


def shown(path: Path, *words: str) -> str:
    answer = CliRunner().invoke(app, ["show", str(path), "years", "--raw", *words])
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_shell_keeps_to_the_day_of_the_last_record(path: Path) -> None:
    *rows, emissions, standing = [json.loads(line) for line in shown(path, "--json").splitlines()]
    assert emissions["embargoed"] == "emissions of 2027 not public before 2028-05-31"
    assert standing["embargoed"] == "standing of 2027 not public before 2028-07-01"
    assert {row[name] for row in rows for name in (*FIGURES, *STANDS)} == {None}
    said = shown(path)
    assert "emissions of 2027 not public before 2028-05-31" in said
    assert "standing of 2027 not public before 2028-07-01" in said
    assert str(KG) not in said


def test_the_shell_shows_an_office_all_and_a_firm_its_own(path: Path) -> None:
    assert shown(path, "--as", "dianzhong-office").count(str(KG)) >= 4
    assert "not public before" not in shown(path, "--as", "small-auditor")
    rows = [json.loads(line) for line in shown(path, "--as", "steel", "--json").splitlines()]
    assert {(row["source"], row["obligation"]) for row in rows if row.get("pollutant") == "SO2"} == {
        ("s-steel", KG),
        ("s-kiln", None),
    }


@pytest.mark.parametrize("table", sorted({*EMISSIONS, *STANDING}))
@pytest.mark.parametrize("who", ["steel", "small-bank", "small-auditor", ""])
def test_every_table_that_keeps_something_back_can_be_read_by_everybody(path: Path, table: str, who: str) -> None:
    """Found by a reader: a firm that looked at the steps of its cases was told that the book is damaged."""
    answer = CliRunner().invoke(app, ["show", str(path), table, *(["--as", who] if who else [])])
    assert answer.exit_code == 0, answer.output


def test_a_penalty_that_is_not_public_has_no_row_and_a_refusal_that_quotes_one_no_words(path: Path) -> None:
    """That there is a row tells already; and who asks as a firm sees no more of others than who asks as nobody."""
    public = Embargo(2027, 2026)
    with Book.read(path) as book:
        for own, owner in (("", ""), ("steel", "steel")):
            for table in ("penalties", "penalty_parts", "cases", "case_steps"):
                sql, values = source_of(table, public, own)
                years = [year for (year,) in book.sql.execute(f"SELECT year FROM {sql}", values)]
                assert all(year <= 2026 for year in years) or own
            sql, values = source_of("refusals", public, own)
            for actor, command, detail in book.sql.execute(f"SELECT actor, command, detail FROM {sql}", values):
                assert detail is None or command not in COMMANDS | QUOTING or actor == owner


def test_a_lot_of_a_holder_is_shown_to_nobody_else_before_the_close(tmp_path: Path) -> None:
    """One rule for the shell, the tables of the service and its records; an export cannot leave it out and says so."""
    path = tmp_path / "lots.book"
    with Book.create(path) as book:
        runner = market(book, tables=True)
        done(runner, AUTHORITY, c.OpenAuction("spring", SERIES, 1_000))
        done(runner, "steel", c.ConsignLot("spring", "steel", 700))
    with served(path) as service:
        steel, broker, office = (service.signed(name) for name in ("steel", "broker", "dianzhong-office"))
        seen = {client: client.get("/v1/tables/lots").json() for client in (steel, broker, office)}
        assert [len(seen[client]["rows"]) for client in (steel, broker, office)] == [1, 0, 0]
        assert seen[office]["sealed"] == {"spring": 1}
        last = f"/v1/records/{service.records()}"
        assert "body" in steel.get(last).json()
        assert office.get(last).json()["sealed"] is True
    shell = CliRunner().invoke(app, ["show", str(path), "lots"])
    assert "1 of spring are sealed until it is closed" in shell.stdout
    answer = CliRunner().invoke(app, ["export", str(path), "--out", str(tmp_path / "out.jsonl")])
    assert "1 of lots of spring, sealed until it is closed" in answer.stderr


def test_an_export_says_what_of_it_is_not_public(path: Path, tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["export", str(path), "--out", str(tmp_path / "out.jsonl")])
    assert answer.exit_code == 0
    assert "not public: emissions of 2027 not public before 2028-05-31" in answer.stderr
