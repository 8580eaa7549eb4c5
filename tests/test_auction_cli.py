"""`airshed auction clear` reads a file of bids exactly, or says in one line what is wrong and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airshed.cli.main import run

BIDS = "bidder,price,quantity\nsteel,30.5,100\n昆明水泥,25,100\npower,20.25,120\n昆明水泥,19,50\n"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command as a user does; its exit status."""
    monkeypatch.setattr("sys.argv", ["airshed", "auction", "clear", *words])
    with pytest.raises(SystemExit) as ended:
        run()
    return int(ended.value.code or 0)


def cleared(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bids: str, *words: str) -> Any:
    """What the command prints as JSON about these bids."""
    Path("bids.csv").write_text(bids, encoding="utf-8")
    assert asked(monkeypatch, "bids.csv", *words, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said.pop("provenance"), "it says what its figures are"
    return said


def test_a_bid_file_is_cleared_at_one_price(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cleared(monkeypatch, capsys, BIDS, "--supply", "250") == {
        "price": 20.25,
        "sold": 250,
        "unsold": 0,
        "awards": [
            {"bidder": "steel", "quantity": 100, "payment": 2025},
            {"bidder": "昆明水泥", "quantity": 100, "payment": 2025},
            {"bidder": "power", "quantity": 50, "payment": 1012.5},
        ],
    }


def test_each_pays_its_own_bid_and_a_bidder_has_one_award(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = cleared(monkeypatch, capsys, BIDS, "--supply", "1000", "--rule", "pay-as-bid")

    assert (answer["price"], answer["sold"], answer["unsold"]) == (19, 370, 630)
    assert answer["awards"] == [
        {"bidder": "steel", "quantity": 100, "payment": 3050},
        {"bidder": "昆明水泥", "quantity": 150, "payment": 3450},
        {"bidder": "power", "quantity": 120, "payment": 2430},
    ]


def test_prices_per_tonne_are_paid_per_kilogram_and_rounded_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = cleared(monkeypatch, capsys, BIDS, "--supply", "250", "--per", "tonne")

    assert [award["payment"] for award in answer["awards"]] == [2.03, 2.03, 1.01]  # 2.025, 2.025, 1.0125


def test_nothing_at_the_reserve_makes_no_price(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing: dict[str, Any] = {"price": None, "sold": 0, "unsold": 250, "awards": []}

    assert cleared(monkeypatch, capsys, BIDS, "--supply", "250", "--reserve", "30.51") == nothing
    assert cleared(monkeypatch, capsys, "bidder,price,quantity\n", "--supply", "250") == nothing


def test_a_mark_at_the_beginning_other_order_of_columns_and_blank_lines_are_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = cleared(monkeypatch, capsys, '\ufeffPrice, quantity ,bidder\r\n\r\n.1,3,"Steel, Ltd"\r\n', "--supply", "5")

    assert answer["awards"] == [{"bidder": "Steel, Ltd", "quantity": 3, "payment": 0.3}]


def test_digits_are_kept_whatever_their_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bids.csv").write_text("bidder,price,quantity\na,123456789012345.123456789,999999999999999\n")

    assert asked(monkeypatch, "bids.csv", "--supply", "999999999999999", "--json") == 0
    out = capsys.readouterr().out
    assert '"price":123456789012345.123456789' in out
    assert f'"payment":{str(123456789012345123456789 * 999999999999999)[:-9]}.' in out


def test_people_see_awards_a_summary_and_the_curve(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many = "".join(f"b{place},{place},10\n" for place in range(1, 60))
    Path("bids.csv").write_text("bidder,price,quantity\n[red]steel,90,100\n" + many)

    assert asked(monkeypatch, "bids.csv", "--supply", "250") == 0
    out = capsys.readouterr().out
    assert "[red]steel" in out
    assert "price 45 per allowance; sold 250 of 250, unsold 0; 11250 to pay in all; rule uniform, seed 0" in out
    assert out.count("█") > 50
    assert ">          45" in out


@pytest.mark.parametrize(
    ("bids", "line"),
    [
        ("", "bids.csv: the file is empty; begin it with the header bidder,price,quantity"),
        ("\n \n", "bids.csv: the file is empty; begin it with the header bidder,price,quantity"),
        ("bidder,price\na,1\n", "bids.csv line 1: column 'quantity' is missing; the header is bidder,price,quantity"),
        ("a,b,c\n", "bids.csv line 1: no such column 'a'; the header is bidder,price,quantity"),
        (
            "bidder,price,quantity,price\n",
            "bids.csv line 1: column 'price' stands twice; the header is bidder,price,quantity",
        ),
        ("H\na,1,0\n", "bids.csv line 2: quantity '0' is not positive; count one allowance or more"),
        ("H\na,1,1\nb,1,-5\n", "bids.csv line 3: quantity '-5' is not positive; count one allowance or more"),
        ("H\na,1,1.5\n", "bids.csv line 2: quantity '1.5' is not a whole number; count whole allowances"),
        ("H\na,1,\n", "bids.csv line 2: quantity '' is not a number; write digits, as in 1250.50"),
        ("H\n\na,-1,5\n", "bids.csv line 3: price '-1' is below zero; a price is zero or more"),
        ("H\na,NaN,5\n", "bids.csv line 2: price 'NaN' is not a number; write digits, as in 1250.50"),
        ("H\na,1e5,5\n", "bids.csv line 2: price '1e5' is not a number; write digits, as in 1250.50"),
        ('H\na,"1,250",5\n', "bids.csv line 2: price '1,250' is not a number; write digits, as in 1250.50"),
        ("H\na,.,5\n", "bids.csv line 2: price '.' is not a number; write digits, as in 1250.50"),
        ("H\na,1.0000000001,5\n", "bids.csv line 2: price '1.0000000001' has more than 9 decimals; round it"),
        (
            f"H\na,1,{'9' * 50}\n",
            f"bids.csv line 2: quantity '{'9' * 37}...' is too large; check its measure",
        ),
        ("H\na,1,5,6\n", "bids.csv line 2: 4 cells under 3 columns; write bidder,price,quantity"),
        ("H\na,1\n", "bids.csv line 2: 2 cells under 3 columns; write bidder,price,quantity"),
        ("H\n ,1,5\n", "bids.csv line 2: bidder ' ' is no name; name who bids"),
        ("H\na\x00,1,5\n", "bids.csv line 2: bidder 'a\\x00' is no name; name who bids"),
        ('H\n"a,1,5\n', "bids.csv line 2: not CSV (unexpected end of data); check its quotes"),
    ],
)
def test_a_malformed_file_gets_one_line_with_its_place(
    bids: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bids.csv").write_text(bids.replace("H\n", "bidder,price,quantity\n", 1))

    assert asked(monkeypatch, "bids.csv", "--supply", "10", "--json") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"error: {line}\n"


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("gbk.csv").write_bytes("bidder,price,quantity\n昆明,1,1\n".encode("gbk"))

    assert asked(monkeypatch, "gbk.csv", "--supply", "10") == 2
    assert capsys.readouterr().err == "error: gbk.csv: byte 23 is not UTF-8 text; save it as CSV UTF-8\n"
    assert asked(monkeypatch, "nowhere.csv", "--supply", "10") == 2
    assert capsys.readouterr().err == "error: nowhere.csv: no such file or directory; name a readable CSV file\n"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "--supply: it is missing; say how many allowances are on offer"),
        (["--supply", "0"], "--supply: supply '0' is not positive; count one allowance or more"),
        (["--supply", "1.5"], "--supply: supply '1.5' is not a whole number; count whole allowances"),
        (["--supply", "many"], "--supply: supply 'many' is not a number; write digits, as in 1250.50"),
        (["--supply", "9", "--reserve", "-1"], "--reserve: reserve '-1' is below zero; a price is zero or more"),
        (["--supply", "9", "--rule", "dutch"], "--rule: no rule 'dutch'; there are uniform, pay-as-bid"),
        (["--supply", "9", "--per", "ton"], "--per: no measure 'ton'; there are allowance, tonne"),
        (["--supply", "9", "--seed", "x"], "--seed: 'x' is not a whole number; write digits, as in 7"),
    ],
)
def test_a_malformed_option_gets_one_line(
    words: list[str], line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bids.csv").write_text(BIDS, encoding="utf-8")

    assert asked(monkeypatch, "bids.csv", *words) == 2
    assert capsys.readouterr().err == f"error: {line}\n"


def test_the_order_of_the_lines_does_not_choose_the_winners_of_a_tie(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["a,20,100", "b,20,100", "c,20,100", "d,20,100"]
    outcomes = [
        cleared(
            monkeypatch, capsys, "bidder,price,quantity\n" + "\n".join(order) + "\n", "--supply", "150", "--seed", "1"
        )
        for order in (lines, lines[::-1], lines[2:] + lines[:2])
    ]
    assert outcomes[0] == outcomes[1] == outcomes[2]
