"""The rulebook is read strictly, and where it is wrong every fault is named in full."""

from __future__ import annotations

import copy
import datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.rulebook.load import LARGEST_FILE, OPTIONAL, TABLES, find, load, load_texts, read
from airshed.rulebook.reference import PAGES_OF_TABLES
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.rulebook.strict import kinds
from laws import FILES, KEYS, LAW, NAMES, PLACES, SHIPPED, SO2_KM, SO2_QJ, as_files, at

LAW_LINES = FILES["rulebook.toml"].decode().splitlines()


def faults(file: str, old: str, new: str) -> list[str]:
    """What is said of the shipped rulebook after one replacement in one of its files."""
    text = FILES.get(file, b"").decode()
    assert old in text
    return [str(fault) for fault in read({**FILES, file: text.replace(old, new, 1).encode()})[1]]


def test_the_shipped_rulebook_is_read_the_same_from_its_folder_and_from_its_texts() -> None:
    assert load(shipped("rulebooks", "dianzhong")) == load_texts(SHIPPED)
    assert sorted(FILES) == sorted(
        [
            "rulebook.toml",
            "roles.csv",
            "reading.csv",
            *TABLES,
            "receptors.csv",
            "transfer.csv",
            "case_grounds.csv",
            "quality.csv",
        ]
    )


def test_every_table_of_a_law_has_its_keys_in_the_reference() -> None:
    assert {(file, row) for file, _, row, _ in PAGES_OF_TABLES} == {
        (file, row) for file, (_, _, row) in {**TABLES, **OPTIONAL}.items()
    }


def test_a_file_that_was_read_before_says_the_same_again_and_in_another_law_too() -> None:
    """Files are read once in a process; what is wrong in one is still an error of its own for whoever raises it."""
    wrong = {**FILES, "caps.csv": b"pollutant\n"}
    law_too = {**wrong, "rulebook.toml": b"[programme]\n"}
    first, again, other = (read(files)[1] for files in (wrong, wrong, law_too))

    assert [str(fault) for fault in first] == [str(fault) for fault in again] != []
    assert not {id(fault) for fault in first} & {id(fault) for fault in again}
    assert {str(fault) for fault in first} < {str(fault) for fault in other}
    assert read(FILES)[1] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "rulebook.toml",
            "makeup_percent",
            "makeup_percnt",
            "rulebook.toml [shortfall]: no such key 'makeup_percnt'; there are penalty, price_multiple, "
            "fixed_fen_per_t, tonne_mg, flat_fen, index_base_thousandths, makeup_percent, cite, status "
            "(did you mean 'makeup_percent'?)",
        ),
        (
            "rulebook.toml",
            'report_by = "03-31"',
            "",
            "rulebook.toml [calendar]: key 'report_by' is missing; add report_by, text like 06-30",
        ),
        (
            "rulebook.toml",
            "lot = 100",
            'lot = "100"',
            "rulebook.toml [auction] lot: is '100' (text), not a whole number; "
            "write a whole number from 1 to 1,000,000,000,000",
        ),
        (
            "rulebook.toml",
            "lot = 100",
            "lot = 0",
            "rulebook.toml [auction] lot: 0 is out of bounds; write a whole number from 1 to 1,000,000,000,000",
        ),
        (
            "rulebook.toml",
            "open = true",
            "open = 1",
            "rulebook.toml [repurchase] open: is 1 (a whole number), not true or false; write true or false",
        ),
        (
            "rulebook.toml",
            'rule = "uniform"',
            'rule = "unifrm"',
            "rulebook.toml [auction] rule: no such choice 'unifrm'; there are uniform, pay-as-bid "
            "(did you mean 'uniform'?)",
        ),
        (
            "rulebook.toml",
            "[banking]",
            "[bankin]",
            "rulebook.toml: section 'banking' is missing; add [banking]",
        ),
        (
            "rulebook.toml",
            'code = "KM"',
            "code = 5",
            "rulebook.toml [[jurisdictions]] 1 code: is 5 (a whole number), not text; write text like KM",
        ),
        (
            "rulebook.toml",
            "[calendar]",
            "[calendar",
            f"rulebook.toml line {LAW_LINES.index('[calendar]') + 1}, column 10: is not TOML: "
            "expected ']' at the end of a table declaration; mend it",
        ),
        (
            "rulebook.toml",
            "idle_oxygen_percent = 19.0",
            "idle_oxygen_percent = nan",
            "rulebook.toml [monitoring] idle_oxygen_percent: nan is not a finite number; write a number above 0 to 21",
        ),
        (
            "rulebook.toml",
            "version = ",
            "version = 2027-01-01 #",
            "rulebook.toml [programme] version: is 2027-01-01 (a date or time), not text; write text",
        ),
        (
            "rulebook.toml",
            'surrender_by = "06-30"',
            'surrender_by = "02-29"',
            "rulebook.toml [calendar] surrender_by: there is no such day in every year as 02-29; "
            "write a day of the calendar",
        ),
        (
            "rulebook.toml",
            'verify_by = "04-30"',
            'verify_by = "01-31"',
            "rulebook.toml [calendar]: verify_by 01-31 comes before report_by 03-31; "
            "a year is reported, then verified, then surrendered for",
        ),
        (
            "rulebook.toml",
            "auction_basis_points = 500",
            "auction_basis_points = 9_701",
            "rulebook.toml [allocation]: reserve_basis_points and auction_basis_points are 100.01 % of the cap "
            "together; at most 100 % (10000) can be set apart",
        ),
        (
            "rulebook.toml",
            "reference_fen_per_t = 400_000",
            "reference_fen_per_t = 400_001",
            "rulebook.toml [[pollutants]] 1 (SO2): reference_fen_per_t 400001 (4,000.01 yuan/t) is off the tick of "
            "[trading]; write a multiple of 1000",
        ),
        (
            "rulebook.toml",
            "largest_order = 2_000_000",
            "largest_order = 99",
            "rulebook.toml [trading]: largest_order 99 is not a multiple of lot 100; write a multiple of the lot",
        ),
        (
            "rulebook.toml",
            "block_from = 500_000",
            "block_from = 500_050",
            "rulebook.toml [trading]: block_from 500050 is not a multiple of lot 100; write a multiple of the lot",
        ),
        (
            "rulebook.toml",
            'walled_sectors = ["power"]',
            'walled_sectors = ["powr"]',
            "rulebook.toml [trade_rules] walled_sectors: no such sector 'powr' in rulebook.toml; "
            "there are cement, steel, power (did you mean 'power'?)",
        ),
        (
            "rulebook.toml",
            "failing = []",
            'failing = ["HH PM10"]',
            "rulebook.toml [trade_rules] failing: no such pollutant 'PM10' in rulebook.toml; "
            "there are SO2, NOx, PM, VOC (did you mean 'PM'?)",
        ),
        (
            "rulebook.toml",
            "floor_fen_per_t = 0\nceiling_fen_per_t = 0",
            "floor_fen_per_t = 500_000\nceiling_fen_per_t = 400_000",
            "rulebook.toml [[pollutants]] 1 (SO2): floor_fen_per_t 500000 is above ceiling_fen_per_t 400000; "
            "leave room for a price",
        ),
        (
            "rulebook.toml",
            'flags_stopped = ["F"]',
            'flags_stopped = ["N"]',
            "rulebook.toml [monitoring]: flag 'N' stands in flags_measured and in flags_stopped; "
            "a flag means one thing; keep one",
        ),
        (
            "roles.csv",
            "ReportYear,,,,,,,,,account",
            "ReportYear,,,,,,,zone,,account",
            "roles.csv column verifier: may send both ReportYear and VerifyYear, so it would approve an act of its "
            "own; give one of them to another role",
        ),
        (
            "roles.csv",
            "SetCap,,zone",
            "SetCap,zone,zone",
            "roles.csv column registrar: may send both RegisterActor and SetCap, so it could make the people who "
            "approve what it gives out; give one of them to another role",
        ),
        (
            "roles.csv",
            "AdoptRulebook,,zone",
            "AdoptRulebook,,",
            "rulebook.toml [[founders]]: no founder may send AdoptRulebook; name one who may",
        ),
        (
            "roles.csv",
            "AdoptRulebook,,zone,,,,,,,,",
            "AdoptRulebook,,zone,,,,,,,zone,",
            "roles.csv line 2, column operator: who is operator is bound to one account and could never send "
            "AdoptRulebook; write account, or nothing",
        ),
        (
            "roles.csv",
            "AdoptRulebook,,zone",
            "AdoptRulebook,,zoon",
            "roles.csv line 2, column province: no such choice 'zoon'; there are zone, jurisdiction, account "
            "(did you mean 'zone'?)",
        ),
        (
            "roles.csv",
            "command,registrar,",
            "command,register,",
            "roles.csv line 1: no such column 'register'; there are command, registrar, province, city, auctioneer, "
            "exchange, bank, verifier, monitor, operator, trader, auditor, machine, public (did you mean 'registrar'?)",
        ),
        (
            "rulebook.toml",
            'actor = "dianzhong-inspector"',
            'actor = "dianzhong-office"',
            "rulebook.toml [[founders]]: 'dianzhong-office' stands twice; keep one",
        ),
        (
            "rulebook.toml",
            '"allocation.baseline"',
            '"allocation.base"',
            "rulebook.toml [may_vary] keys: no such rule 'allocation.base' of a single value; "
            "did you mean 'allocation.baseline'?",
        ),
        (
            "rulebook.toml",
            'code = "QJ"',
            'code = "KM"',
            "rulebook.toml [[jurisdictions]] 2: code 'KM' is that of number 1; keep one",
        ),
        (
            "caps.csv",
            SO2_KM,
            "SO2,KM,2027,6487 t",
            "caps.csv line 2, column count: '6487 t' is not a whole number; "
            "write a whole number from 1 to 1,000,000,000,000",
        ),
        (
            "caps.csv",
            "SO2,KM,2027,",
            "SO2,KN,2027,",
            "caps.csv line 2, column jurisdiction: no such jurisdiction 'KN' in rulebook.toml; "
            "there are KM, QJ, YX, CX, HH",
        ),
        ("caps.csv", f"{SO2_KM}\n", "", "caps.csv: no cap for SO2 KM 2027; add the row"),
        (
            "caps.csv",
            SO2_QJ,
            "SO2,KM,2027,1",
            "caps.csv line 3: SO2 KM 2027 stands in line 2 already; keep one",
        ),
        (
            "caps.csv",
            SO2_KM,
            "SO2,KM,2027",
            "caps.csv line 2: has 3 cells, the header 4; write pollutant,jurisdiction,vintage,count",
        ),
        (
            "caps.csv",
            "vintage",
            "vintag",
            "caps.csv line 1: no such column 'vintag'; there are pollutant, jurisdiction, vintage, count "
            "(did you mean 'vintage'?)",
        ),
        (
            "substitution.csv",
            "9000,,720,maximum\n",
            "",
            "substitution.csv line 2: leaves runs of more than 24 hours without a rule; "
            "add a row of this capture rate with longest_hours empty",
        ),
        (
            "substitution.csv",
            "7500,,2160,maximum\n",
            "9500,,2160,maximum\n",
            "substitution.csv line 4: is out of order; highest capture rate first, then shortest run, empty last",
        ),
        (
            "limits.csv",
            "2014-07-01",
            "2014-06-31",
            "limits.csv line 2, column valid_from: there is no such day in every year as 06-31; "
            "write a day of the calendar",
        ),
        (
            "vary/KN.toml",
            "",
            'cite = "x"',
            "vary/KN.toml: no such jurisdiction 'KN'; there are KM, QJ, YX, CX, HH",
        ),
        (
            "cap.csv",
            "",
            "x",
            f"cap.csv: no such file in a rulebook; there are rulebook.toml, roles.csv, reading.csv, "
            f"{', '.join([*TABLES, *OPTIONAL])}, "
            "vary/CODE.toml "
            "(did you mean 'caps.csv'?)",
        ),
    ],
)
def test_a_fault_names_file_table_key_and_cure(file: str, old: str, new: str, said: str) -> None:
    assert said in faults(file, old, new)


def test_every_fault_of_a_rulebook_is_named_in_one_run() -> None:
    files = {**FILES, "caps.csv": FILES["caps.csv"].replace(b"KM,2027,", b"KM,27,")}
    del files["limits.csv"]
    files["rulebook.toml"] = FILES["rulebook.toml"].replace(b"lot = 100", b"lott = 100")

    _, found = read(files)

    assert [fault.place for fault in found][:7] == [
        "rulebook.toml [auction]",
        "rulebook.toml [auction]",
        "rulebook.toml [trading]",
        "rulebook.toml [trading]",
        "rulebook.toml [zone_call]",
        "rulebook.toml [zone_call]",
        "caps.csv line 2, column vintage",
    ]
    assert str(found[-1]) == "limits.csv: is missing; put it beside rulebook.toml"
    with pytest.raises(Malformed, match="no such key 'lott'"):
        load_texts(files)


def test_a_text_that_is_no_text_is_named_with_its_line() -> None:
    latin = FILES["rulebook.toml"].replace("滇中区域".encode(), b"\xe9\xe9")
    assert str(read({**FILES, "rulebook.toml": latin})[1][0]).startswith("rulebook.toml line 10: is not UTF-8")
    deep = b"keys = " + b"[" * 3000
    assert read({**FILES, "rulebook.toml": deep})[1]
    assert read({**FILES, "rulebook.toml": b"x = " + b"9" * 9000})[1]
    assert "is larger than" in str(read({**FILES, "caps.csv": b" " * (LARGEST_FILE + 1)})[1][0])
    assert "has a header and no rows" in str(read({**FILES, "caps.csv": b"pollutant,jurisdiction,vintage,count"})[1][0])


def test_a_folder_that_is_no_rulebook_is_named(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"there is no rulebook\.toml; name the folder"):
        load(tmp_path)
    (tmp_path / "rulebook.toml").write_text("")
    with pytest.raises(Malformed, match="is a file; name the folder"):
        find(str(tmp_path / "rulebook.toml"))
    with pytest.raises(Malformed, match=r"rulebooks/dianzhon: no such folder is shipped; there are: .*dianzhong"):
        find("dianzhon")
    for name in ("x" * 5000, "a\0b", ""):
        with pytest.raises(Malformed):
            find(name)


#: Keys whose absence is a rule of its own.
OPTIONAL_KEYS = {
    (section, field.name)
    for section, held in kinds(Rulebook).items()
    for kind in (get_args(held) or (held,))[:1]
    for field in msgspec.structs.fields(kind)
    if not field.required
}


@given(st.sampled_from([path for path in KEYS if (path[0], path[-1]) not in OPTIONAL_KEYS]))
@settings(max_examples=150, deadline=None)
def test_a_key_left_out_is_named(path: tuple[str | int, ...]) -> None:
    law = copy.deepcopy(LAW)
    del at(law, path[:-1])[path[-1]]

    with pytest.raises(Malformed) as raised:
        load_texts(as_files(law))

    assert raised.value.place.startswith("rulebook.toml")
    assert f"{path[-1]!r} is missing" in raised.value.what
    assert len(path) == 1 or f"[{path[0]}]" in raised.value.place


@given(st.sampled_from([path for path in [(), *PLACES] if isinstance(at(LAW, path), dict)]), NAMES)
@settings(max_examples=150, deadline=None)
def test_a_key_that_does_not_exist_is_named(path: tuple[str | int, ...], name: str) -> None:
    law = copy.deepcopy(LAW)
    table = at(law, path)
    name = f"{name}?"
    table[name] = 1

    with pytest.raises(Malformed) as raised:
        load_texts(as_files(law))

    assert raised.value.place.startswith("rulebook.toml")
    assert raised.value.what == f"no such {'key' if path else 'section'} {name!r}"


@given(
    st.sampled_from(PLACES),
    st.sampled_from(["text", 7, 7.5, True, [], [1], {}, {"a": 1}, datetime.date(2027, 1, 1), -(2**63), 2**80, ""]),
)
@settings(max_examples=400, deadline=None)
def test_a_key_of_another_kind_is_named(path: tuple[str | int, ...], value: Any) -> None:
    """Any value at any place: either it fits, or one line names the file and the place; never a traceback."""
    law = copy.deepcopy(LAW)
    held = at(law, path)
    at(law, path[:-1])[path[-1]] = value
    rules, found = read(as_files(law))

    if rules is None:
        assert found
        for fault in found:
            assert fault.what
            assert fault.cure
        assert found[0].place.startswith("rulebook.toml") or path[0] in (
            "jurisdictions",
            "sectors",
            "pollutants",
            "people",
        )
    else:
        assert type(held) is type(value) or isinstance(held, float)
    named = [str(fault) for fault in found]
    # A whole number may stand where any number may.
    if type(held) is not type(value) and not isinstance(held, float):
        assert any(f"[{path[0]}]" in each for each in named)
        keys = [each for each in path if isinstance(each, str)]
        assert any(keys[-1] in each for each in named)


@given(st.sampled_from(sorted(FILES)), st.integers(0, 10_000), st.integers(0, 40), st.binary(max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_bytes_in_place_of_others_are_read_or_named(file: str, start: int, gone: int, put: bytes) -> None:
    old = FILES[file]
    start %= len(old)
    rules, found = read({**FILES, file: old[:start] + put + old[start + gone :]})

    assert (rules is None) == bool(found)


def of_air(**changed: str | None) -> dict[str, bytes]:
    """The shipped files with other tables of the air; None takes one away."""
    files = {name: text for name, text in FILES.items() if changed.get(name.removesuffix(".csv"), "") is not None}
    return files | {f"{name}.csv": text.encode() for name, text in changed.items() if text is not None}


RECEPTOR = "pollutant,receptor,name_en,name_zh,limit,standard,cite,status\nSO2,air,A,空,2,met,it,to confirm\n"
TRANSFERS = "pollutant,receptor,jurisdiction,coefficient,origin,status\n" + "".join(
    f"SO2,air,{place},0.5,it,to confirm\n" for place in ("KM", "QJ", "YX", "CX", "HH")
)
RATIOS = "pollutant,origin,target,ratio,cite,status\n" + "".join(
    f"SO2,{z},{y},0.9,it,to confirm\n"
    for z in ("KM", "QJ", "YX", "CX", "HH")
    for y in ("KM", "QJ", "YX", "CX", "HH")
    if z != y
)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            {"receptors": RECEPTOR, "transfer": TRANSFERS.replace("KM,0.5", "KM,-0.5")},
            "line 2, column coefficient: -0.5",
        ),
        ({"receptors": RECEPTOR, "transfer": TRANSFERS.replace("KM,0.5", "KM,half")}, "line 2, column coefficient"),
        ({"receptors": RECEPTOR, "transfer": TRANSFERS.replace("air,KM", "sea,KM")}, "no such receptor 'sea' of SO2"),
        ({"receptors": RECEPTOR, "transfer": TRANSFERS.replace("air,KM", "air,QJ")}, "SO2 air QJ stands in line 2"),
        ({"receptors": RECEPTOR, "transfer": TRANSFERS.replace("KM,0.5", "XX,0.5")}, "no such jurisdiction 'XX'"),
        ({"receptors": RECEPTOR, "transfer": None}, "no coefficient for SO2 air KM"),
        ({"receptors": RECEPTOR.replace("2,met", "2,fine"), "transfer": TRANSFERS}, "column standard: no such choice"),
        ({"receptors": RECEPTOR.replace("SO2,air", "O3,air"), "transfer": TRANSFERS}, "no such pollutant 'O3'"),
        ({"receptors": None}, "no such receptor 'chuxiong' of SO2"),
        (
            {"ratios": RATIOS.replace("KM,QJ,0.9", "KM,QJ,1.2")},
            "money machine of SO2: KM -> QJ -> KM makes 1.08 of one",
        ),
        ({"ratios": RATIOS.replace("KM,QJ,0.9", "KM,QJ,1.1")}, "an allowance of KM covers 1.1 kg of SO2 in QJ"),
        ({"ratios": RATIOS.replace("KM,QJ,0.9", "KM,QJ,0")}, "ratio 0; write one above zero, or none"),
        ({"ratios": RATIOS.replace("KM,QJ,0.9", "KM,KM,1")}, "KM to KM is at home"),
        ({"ratios": RATIOS.replace("SO2,KM,QJ,0.9,it,to confirm\n", "")}, "no ratio for SO2 from KM to QJ"),
    ],
)
def test_air_that_no_call_could_keep_is_named(tables: dict[str, str | None], said: str) -> None:
    found = "\n".join(str(fault) for fault in read(of_air(**tables))[1])
    assert said in found, found


def test_a_rulebook_may_leave_the_air_out() -> None:
    bare = load_texts(of_air(receptors=None, transfer=None))
    assert (bare.receptors.rows, bare.transfer.rows, bare.ratios.rows) == ((), (), ())
    full = load_texts(of_air(receptors=RECEPTOR, transfer=TRANSFERS, ratios=RATIOS.replace("KM,QJ,0.9", "KM,QJ,")))
    assert len(full.transfer.rows) == 5
    assert [row.ratio for row in full.ratios.rows if (row.origin, row.target) == ("KM", "QJ")] == [None]
