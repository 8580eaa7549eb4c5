"""A zone is entered in a book in one batch: all of it or nothing, once, and by two where the law says so."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from airshed.cli.main import run
from airshed.rulebook.shipped import shipped

AT = ("--at", "2026-12-01T09:00")
OFFICE = ("--as", "dianzhong-office")
OPENERS = ("--as", "dianzhong-registrar", *OFFICE)


class Airshed:
    """The shell in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self.monkeypatch.setattr("sys.argv", ["airshed", *words])
        with pytest.raises(SystemExit) as end:
            run()
        said = self.capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    def told(self, *words: str) -> list[dict[str, Any]]:
        """What a command prints for programs."""
        status, out, err = self(*words, "--json")
        assert (status, err) == (0, "")
        return [json.loads(line) for line in out.splitlines()]

    def fault(self, *words: str) -> str:
        """The one line of a command that cannot go on."""
        status, out, err = self(*words)
        assert (status, out, err.count("\n")) == (2, "", 1), (out, err)
        return err


@pytest.fixture
def airshed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Airshed:
    return Airshed(capsys, monkeypatch)


@pytest.fixture
def zone(tmp_path: Path) -> Path:
    """Two works of the shipped zone, as a zone of one's own."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for path in shipped("zones", "dianzhong").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    for name in ("sources.csv", "stacks.csv", "baseline.csv", "abatement_options.csv"):
        change(folder / name, lambda row: row if row["source"] in ("CX-CEM-01", "CX-STL-01") else None)
    change(folder / "concentrations.csv", lambda row: row if row["stack"][:9] in ("CX-CEM-01", "CX-STL-01") else None)
    return folder


def change(path: Path, each: Any) -> None:
    """Write the rows of a table anew; those that become None are gone."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for old in reader if (row := each(old)) is not None]
        columns = list(reader.fieldnames or ())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def in_effect(airshed: Airshed, book: str, said: dict[str, Any]) -> dict[str, Any]:
    """Where the law takes two, the second people of the office and of the registrars confirm what waits."""
    if said.get("waits") or said.get("acts"):
        for second in ("dianzhong-inspector", "dianzhong-registrar-2"):
            airshed("book", "confirm", book, "--actor", second, "--all", *AT)
    return said


def opened(airshed: Airshed, zone: Path, book: str, *law: str) -> dict[str, Any]:
    """What the opening of a book says, with everything in effect."""
    (said,) = airshed.told("book", "open", book, "--zone", str(zone), *OPENERS, *AT, *law)
    return in_effect(airshed, book, said)


def cap_set(airshed: Airshed, book: str) -> tuple[str, ...]:
    """A series whose cap is set, as options."""
    cap = ("--pollutant", "SO2", "--jurisdiction", "CX", "--vintage", "2027")
    (said,) = airshed.told("act", "SetCap", book, *OFFICE, *cap, *AT)
    in_effect(airshed, book, said)
    return cap


def counts(said: dict[str, Any]) -> tuple[int, ...]:
    return tuple(said[name] for name in ("new", "confirmed", "waits", "there"))


def test_a_zone_is_entered_once_and_a_second_run_adds_what_is_new(airshed: Airshed, zone: Path, tmp_path: Path) -> None:
    book = str(tmp_path / "a.book")
    opening = ("book", "open", book, "--zone", str(zone), *OPENERS, *AT)

    first = opened(airshed, zone, book, "--rulebook", "dianzhong")
    people = first["new"] - 6
    assert counts(first) == (people + 6, 0, 0, 0)
    (second,) = airshed.told(*opening)
    assert counts(second) == (0, 0, 0, people + 6)
    assert second["records"] == []

    change(zone / "sources.csv", lambda row: row)
    for name in ("sources.csv", "stacks.csv", "baseline.csv"):
        rows = (shipped("zones", "dianzhong") / name).read_text("utf-8").splitlines()
        more = [line for line in rows[1:] if "CX-CEM-02" in line.split(",")[:2]]
        (zone / name).write_text((zone / name).read_text("utf-8") + "".join(f"{line}\n" for line in more), "utf-8")
    (third,) = airshed.told(*opening)
    assert counts(third) == (3, 0, 0, people + 6)
    listed = airshed.told("book", "show", book, "sources")
    assert [row["source"] for row in listed] == ["CX-CEM-01", "CX-CEM-02", "CX-STL-01"]


def test_a_dry_run_lists_and_writes_nothing_not_even_the_book(airshed: Airshed, zone: Path, tmp_path: Path) -> None:
    book = tmp_path / "a.book"
    found = airshed.told(
        *("book", "open", str(book), "--zone", str(zone), *OPENERS, *AT, "--rulebook", "dianzhong", "--dry-run")
    )
    assert {row["standing"] for row in found} == {"new"}
    assert ("RegisterSource", "CX-CEM-01") in [(row["do"], row["name"]) for row in found]
    assert not book.exists()


def test_what_the_book_says_otherwise_is_told_and_nothing_is_entered(
    airshed: Airshed, zone: Path, tmp_path: Path
) -> None:
    book = tmp_path / "a.book"
    opening = ("book", "open", str(book), "--zone", str(zone), *OPENERS, *AT)
    opened(airshed, zone, str(book), "--rulebook", "dianzhong")
    before = book.read_bytes()
    change(zone / "sources.csv", lambda row: {**row, "name_en": "Another name"})

    said = airshed.fault(*opening)

    assert "the account cx-cem-01 is in the book, and there it is name '" in said
    assert book.read_bytes() == before


def test_all_is_entered_or_nothing(airshed: Airshed, zone: Path, tmp_path: Path) -> None:
    """The last account has a name that only the programme's own may have: there is no book afterwards."""
    book = tmp_path / "a.book"
    opening = ("book", "open", str(book), "--zone", str(zone), *AT, "--rulebook", "dianzhong")
    said = airshed.fault(*opening, "--as", "nobody")
    assert "--as: none of nobody may send OpenAccount; name one who may: dianzhong-registrar" in said
    change(
        zone / "sources.csv", lambda row: {**row, "account": row["account"].replace("cx-stl-01", "reserve-of-steel")}
    )

    said = airshed.fault(*opening, *OPENERS)

    assert "OpenAccount of dianzhong-registrar: would be refused: " in said
    assert "reserve-of-steel" in said
    assert not book.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_real_programme_takes_no_works_that_somebody_has_drawn(airshed: Airshed, zone: Path, tmp_path: Path) -> None:
    book = tmp_path / "a.book"
    opening = ("book", "open", str(book), "--zone", str(zone), *OPENERS, "--rulebook", "dianzhong", "--programme")
    said = airshed.fault(*opening)
    assert "2 of 2 rows of sources.csv" in said
    assert "are simulated, and the book is a real programme" in said
    assert not book.exists()
    for name in ("sources.csv", "stacks.csv", "baseline.csv"):
        change(zone / name, lambda row: {**row, "origin": "permit 2026"})
    (done,) = airshed.told(*opening)
    assert done["provenance"] == {"is": "programme"}
    assert {row["simulated"] for row in airshed.told("book", "show", str(book), "sources")} == {0}


def test_the_second_person_confirms_with_the_same_line(airshed: Airshed, zone: Path, tmp_path: Path) -> None:
    """Where accounts take two, the second sends the same line, and confirms what says the same as the zone."""
    law = tmp_path / "law"
    law.mkdir()
    for path in shipped("rulebooks", "dianzhong").iterdir():
        (law / path.name).write_bytes(path.read_bytes())
    text = (law / "rulebook.toml").read_text("utf-8")
    two = 'second = ["RegisterActor", "RegisterSource", "VerifyYear"]'
    (law / "rulebook.toml").write_text(re.sub("^second = .*$", two, text, flags=re.MULTILINE), "utf-8")
    book = str(tmp_path / "a.book")
    line = ("book", "open", book, "--zone", str(zone), *AT)

    (first,) = airshed.told(*line, *OPENERS, "--rulebook", str(law))
    assert len(first["acts"]) == first["new"] - 2, "two accounts are opened by one"
    assert airshed.told("book", "show", book, "sources") == []
    (again,) = airshed.told(*line, "--as", "dianzhong-registrar")
    assert counts(again)[:3] == (0, 0, len(first["acts"]))
    (second,) = airshed.told(*line, "--as", "dianzhong-inspector", "--as", "dianzhong-registrar-2")
    assert counts(second)[:3] == (0, len(first["acts"]), 0)
    assert [row["source"] for row in airshed.told("book", "show", book, "sources")] == ["CX-CEM-01", "CX-STL-01"]


# --- what is shared out


def test_an_allocation_is_sent_with_its_total_and_what_is_unusual_about_it(
    airshed: Airshed, zone: Path, tmp_path: Path
) -> None:
    book = tmp_path / "a.book"
    opened(airshed, zone, str(book), "--rulebook", "dianzhong")
    cap = cap_set(airshed, str(book))
    line = ("allocate", "--send", str(book), *OFFICE, "--zone", str(zone), *cap, *AT)
    before = book.read_bytes()

    shares, sums = airshed.told(*line)
    sharing = shares["sharing"]
    assert sums["total"] == sum(each["count"] for each in sharing["awards"]) == sharing["pool"]
    total = ("--total", f"{sharing['pool']} kg")
    status, _, err = airshed(*line, "--total", "1 t")
    assert (status, "1 t was confirmed, and 779.240 t would go to sources" in err) == (2, True)
    status, _, err = airshed(*line, *total)
    assert (status, "above all claims of" in err, "say --windfall" in err) == (2, True, True)
    assert book.read_bytes() == before

    *_, done = airshed.told(*line, *total, "--windfall")
    assert (done["sent"], done["total"]) == (1, sharing["pool"])
    (again,) = airshed.told(*line, *total, "--windfall")
    assert again["sent"] == 0


def test_a_pool_that_is_too_small_is_told_with_its_figures(airshed: Airshed, zone: Path, tmp_path: Path) -> None:
    change(
        zone / "baseline.csv",
        lambda row: {**row, "amount": str(4 * int(row["amount"]))} if row["method"] == "reported" else row,
    )
    book = tmp_path / "a.book"
    opened(airshed, zone, str(book), "--rulebook", "dianzhong")
    cap = cap_set(airshed, str(book))
    line = ("allocate", "--send", str(book), *OFFICE, "--zone", str(zone), *cap, *AT, "--total", "779.24 t")

    status, _, err = airshed(*line)
    assert (status, "SO2-CX-2027: the pool of 779.240 t is too small for claims of 1," in err) == (2, True), err
    *_, done = airshed.told(*line, "--cut")
    assert done["sent"] == 1


def test_figures_of_ones_own_are_sent_and_another_method_is_not(airshed: Airshed, zone: Path, tmp_path: Path) -> None:
    book = str(tmp_path / "a.book")
    opened(airshed, zone, book, "--rulebook", "dianzhong")
    cap_set(airshed, book)
    table = tmp_path / "own.csv"
    table.write_text("source,years,emitted_kg,output\nCX-CEM-01,2025 2026,300000 310000,2000000 2100000\n", "utf-8")
    line = ("allocate", "--send", book, *OFFICE, "--jurisdiction", "CX", "--activities", str(table), *AT)

    shares, _ = airshed.told(*line)
    assert [each["source"] for each in shares["sharing"]["awards"]] == ["CX-CEM-01"]
    assert "shares CX out by benchmark, not by history" in airshed.fault(*line, "--method", "history")
    assert "--pool: goes only with a calculation" in airshed.fault(*line, "--pool", "5")
    assert "--total: goes only with --send" in airshed.fault("allocate", "--total", "5 t")
    table.write_text("source,years,emitted_kg,output\nCX-CEM-09,2026,1,1\n", "utf-8")
    assert "CX-CEM-09 is no source of the book" in airshed.fault(*line)
    table.write_text("source,years,emitted_kg,output\nCX-CEM-01,2025 2026,- 1,1 1\n", "utf-8")
    assert "has a year that is not verified" in airshed.fault(*line)


def test_accounts_of_one_group_wait_for_a_second_and_what_needs_them_comes_with_the_next_run(
    airshed: Airshed, zone: Path, tmp_path: Path
) -> None:
    """Otherwise one registrar, with a file of works, would open accounts that another group trusts."""
    change(zone / "sources.csv", lambda row: {**row, "group": "chuxiong-holding"})
    book = str(tmp_path / "a.book")
    line = ("book", "open", book, "--zone", str(zone), *AT)

    (first,) = airshed.told(*line, *OPENERS, "--rulebook", "dianzhong")
    assert (first["waits"], first["later"]) == (0, 2)
    assert [row["account"] for row in airshed.told("book", "show", book, "sources")] == ["cx-cem-01"]
    (second,) = airshed.told(*line, "--as", "dianzhong-registrar-2")
    assert (second["new"], second["later"]) == (1, 1), "its works is no registrar's to enter"
    assert second["waits"] == 8, "people of the bank and of verifiers are the province's to confirm"
    (third,) = airshed.told(*line, *OPENERS)
    assert (third["confirmed"], third["new"], third["waits"], third["later"]) == (9, 1, 0, 0)
    in_effect(airshed, book, third)
    assert [row["account"] for row in airshed.told("book", "show", book, "sources")] == ["cx-cem-01", "cx-stl-01"]
    assert airshed.told(*line, *OPENERS)[0]["records"] == []
