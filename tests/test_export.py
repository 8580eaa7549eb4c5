"""The independent verifier accepts a sound book and names the first record that is not."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from airshed.lab.simulator.sim import SimulatedRun
from airshed.service.book.sqlite import Book
from laws import RULES
from small_books import forge, small
from verifiers import SCRIPT, verify_export

Record = dict[str, Any]


@cache
def played() -> tuple[bytes, ...]:
    """The export of a run of the simulator."""
    return tuple(line.hash.encode() + b" " + line.record + b"\n" for line in forge().chained(list(small()[0])))


def verdict(lines: Iterable[bytes], *words: str) -> tuple[int, str]:
    """Status and what the verifier says: on a sound book its first line."""
    ended = verify_export(b"".join(lines), *words)
    if ended.status == 0:
        assert "not checked: that the law decided so" in ended.out
        return 0, ended.out.splitlines()[0]
    return ended.status, (ended.out + ended.err).strip()


def forged(change: Callable[[Record], bool]) -> tuple[int, list[bytes]]:
    """The export with the first record that `change` alters, and every hash from there on computed anew."""
    lines: list[bytes] = []
    end, where = "0" * 64, 0
    for number, line in enumerate(played(), 1):
        raw = line.split(b" ", 1)[1].rstrip(b"\n")
        if not where:
            record = json.loads(raw)
            if change(record):
                where, raw = number, json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()
        end = hashlib.sha256(end.encode() + raw).hexdigest()
        lines.append(end.encode() + b" " + raw + b"\n")
    assert where, "nothing to forge"
    return where, lines


def test_a_sound_book_is_ok() -> None:
    lines = played()

    status, said = verdict(lines)

    assert (status, said) == (0, f"ok {len(lines)} records, digest {lines[-1][:64].decode()}")


def test_it_is_a_program_of_its_own() -> None:
    """Nothing of Airshed is on its path, and its status says whether a book is sound."""
    for lines in (list(played()), []):
        command = [sys.executable, "-I", str(SCRIPT)]
        ended = subprocess.run(command, input=b"".join(lines), capture_output=True, check=False, timeout=600)
        within = verify_export(b"".join(lines))
        assert (ended.returncode, ended.stdout.decode(), ended.stderr.decode()) == within


def test_it_is_small_and_uses_the_standard_library_only() -> None:
    text = SCRIPT.read_text("utf-8")
    imports = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}

    plain = {"base64", "collections", "csv", "fractions", "hashlib", "json", "sys", "tomllib", "types"}
    assert imports <= plain < set(sys.stdlib_module_names)
    assert len(text.splitlines()) < 650


def test_an_empty_export_proves_nothing() -> None:
    assert verdict([]) == (1, "record 1: is missing: an empty export proves nothing")


def put(place: int, raw: bytes) -> list[bytes]:
    """The export up to a record that is replaced, its hash made consistent."""
    lines = list(played()[:place])
    before = lines[-1][:64] if lines else b"0" * 64
    return [*lines, hashlib.sha256(before + raw).hexdigest().encode() + b" " + raw + b"\n"]


def a_record(place: int) -> bytes:
    return played()[place].split(b" ", 1)[1].rstrip(b"\n")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "cannot be read (JSONDecodeError"),
        (b"null", "cannot be read (TypeError"),
        (b"[]", "cannot be read (TypeError"),
        (b"{}", "cannot be read (KeyError"),
        (b"\xff\xfe", "cannot be read ("),
        (b"[" * 200_000, "cannot be read (RecursionError"),
        (b'{"a":' * 200_000, "cannot be read (RecursionError"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_what_is_no_record_is_said_in_one_line(raw: bytes, said: str) -> None:
    assert raw != a_record(1)

    status, says = verdict(put(1, raw))

    assert status == 1
    assert says.startswith("record 2: "), says
    assert said in says
    assert len(says.splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw.replace(b'"at":', b'"at":NaN,"at":', 1), "NaN is no whole number"),
        (lambda raw: raw.replace(b'"seq":2', b'"seq":2.0', 1), "2.0 is no whole number"),
        (lambda raw: raw.replace(b'"seq":2', b'"seq":0.2e1', 1), "0.2e1 is no whole number"),
        (lambda raw: raw.replace(b'"at":', b'"at":' + b"9" * 5000, 1), "cannot be read (ValueError"),
        (lambda raw: raw.replace(b'"seq":2', b'"seq":1,"seq":2', 1), "is not written as records are"),
        (lambda raw: raw.replace(b'"actor":"', b'"actor":"somebody","actor":"', 1), "is not written as records are"),
        (lambda raw: raw.replace(b',"at":', b', "at":', 1), "is not written as records are"),
        (lambda raw: raw + b"\r", "is not written as records are"),
        (lambda raw: raw.replace(b'"actor":"d', b'"actor":"\\u0064', 1), "is not written as records are"),
        (lambda raw: raw.replace(b'"seq":2', b'"seq":"2"', 1), "calls itself 2"),
    ],
)
def test_a_record_that_is_written_otherwise_is_named(change: Callable[[bytes], bytes], said: str) -> None:
    test_what_is_no_record_is_said_in_one_line(change(a_record(1)), said)


@pytest.mark.parametrize(
    "lines",
    [[b"\n"], [b"\0" * 1000], [b"x" * 1_000_000], [b"SQLite format 3\0" + bytes(range(256)) * 50]],
    ids=["newline", "zeros", "one long line", "a book itself"],
)
def test_what_is_no_export_is_said_in_one_line(lines: list[bytes]) -> None:
    assert verdict(lines) == (1, "record 1: its bytes do not give its hash")


def test_line_ends_of_another_system_are_named() -> None:
    assert verdict(line.replace(b"\n", b"\r\n") for line in played()) == (
        1,
        "record 1: its bytes do not give its hash",
    )


def test_what_is_printed_of_a_forged_name_is_one_line() -> None:
    raw = json.loads(a_record(0))
    raw["events"][0]["opened"][0]["id"] = "a"
    raw["events"].append({"is": "MoneyMoved", "entry": [["cash", "bank", "a\n\u001b[2Jok 1 records", 1]]})

    status, said = verdict(put(0, json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode()))

    assert status == 1
    assert said.isprintable()


def test_a_head_that_is_none_or_contradicts_another_is_named() -> None:
    lines = played()
    good, bad = f"100:{lines[99][:64].decode()}", f"100:{'0' * 64}"
    other = "record 100: its hash is not the published one: it or one before it is another"

    assert verdict(lines, bad, good) == verdict(lines, good, bad) == (1, other)
    for word in ("100:", ":", "x:" + "0" * 64, "100:" + "0" * 63, "-1:" + "0" * 64, "book:txt"):
        status, said = verdict(lines, word)
        assert status == 1
        assert said.startswith(f"{word}: is no head"), said
    assert verdict(lines, "0:" + "0" * 64)[1].endswith("a head was published of record 0")


def test_two_exports_are_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(b"".join(played()))

    assert verdict([], str(path))[0] == 0
    assert verdict([], str(path), "another.txt") == (1, "another.txt: one export at a time")
    assert "cannot be read" in verdict([], str(tmp_path))[1]


def test_an_allocation_to_somebody_without_a_share_is_named() -> None:
    def one_more(record: Record) -> bool:
        for event in events(record, "Allocated"):
            shares = {award["account"] for award in event["awards"]}
            if len(shares) > 1:
                event["awards"] = [award for award in event["awards"] if award["account"] != min(shares)]
                return True
        return False

    where, lines = forged(one_more)

    assert f"record {where}: I2: " in verdict(lines)[1]


def test_a_published_head_holds_an_export_to_it() -> None:
    lines = played()
    early, last = (f"{seq}:{lines[seq - 1][:64].decode()}" for seq in (100, len(lines)))

    assert verdict(lines, early, last)[0] == 0
    assert verdict(lines[:-1], last) == (
        1,
        f"record {len(lines)}: is missing: a head was published of record {len(lines)}",
    )
    assert verdict(lines, f"100:{'0' * 64}") == (
        1,
        "record 100: its hash is not the published one: it or one before it is another",
    )


@pytest.mark.parametrize("place", [0, 700, -1])
def test_an_altered_byte_is_named(place: int) -> None:
    lines = list(played())
    at = len(lines[place]) // 2
    lines[place] = lines[place][:at] + bytes([lines[place][at] ^ 1]) + lines[place][at + 1 :]

    number = place % len(lines) + 1
    assert verdict(lines) == (1, f"record {number}: its bytes do not give its hash")


def test_a_dropped_line_is_named() -> None:
    lines = list(played())
    del lines[499]

    assert verdict(lines) == (1, "record 500: its bytes do not give its hash")


def test_a_truncated_line_is_named() -> None:
    lines = list(played())
    lines[-1] = lines[-1][:-20]

    assert verdict(lines) == (1, f"record {len(lines)}: its bytes do not give its hash")


def test_swapped_lines_are_named() -> None:
    lines = list(played())
    lines[300], lines[301] = lines[301], lines[300]

    assert verdict(lines) == (1, "record 301: its bytes do not give its hash")


def events(record: Record, kind: str) -> list[Record]:
    return [event for event in record["events"] if event["is"] == kind]


def a_second_cap(record: Record) -> bool:
    caps = events(record, "CapSet")
    record["events"] += caps
    return len(caps) == 1


def a_serial_of_somebody_else(record: Record) -> bool:
    for event in events(record, "Transferred"):
        event["entry"][0][4] = [[10**12, 10**12]]
        return True
    return False


def money_from_nowhere(record: Record) -> bool:
    for event in events(record, "MoneyMoved"):
        if event["entry"][0][1] != "bank":
            event["entry"][0][3] += 10**15
            return True
    return False


def a_price_beyond_the_limit(record: Record) -> bool:
    for event in events(record, "Traded"):
        event["price"] *= 10
        return True
    return False


def a_cheaper_payment(record: Record) -> bool:
    for event in events(record, "Traded"):
        event["entry"][1][3] -= 1
        return True
    return False


def a_second_price(record: Record) -> bool:
    for event in events(record, "AuctionCleared"):
        for award in event["awards"]:
            award["fen"] += 1
            return True
    return False


def a_day_twice(record: Record) -> bool:
    sealed = events(record, "DaySealed")
    if sealed and sealed[0]["day"] == "2027-01-01":
        record["events"].append(sealed[0])
    return len(record["events"]) == 2 and bool(sealed)


def a_missing_hour(record: Record) -> bool:
    for event in events(record, "DaySealed"):
        event["hours"]["SO2"][0] -= 1
        return True
    return False


def a_lower_obligation(record: Record) -> bool:
    for event in events(record, "YearVerified"):
        for pollutant in event["obligation"]:
            event["obligation"][pollutant] += 1
            return True
    return False


def a_surrender_of_too_many(record: Record) -> bool:
    for event in events(record, "Surrendered"):
        event["count"] += 1
        return True
    return False


def a_reversal_of_what_was_never_booked(record: Record) -> bool:
    for event in events(record, "DayReversed"):
        event["mass_mg"] = {name: mass + 1 for name, mass in event["mass_mg"].items()}
        return True
    return False


def a_difference_that_is_another(record: Record) -> bool:
    for event in events(record, "DayReversed"):
        event["difference_mg"] = {name: mass + 1 for name, mass in event["difference_mg"].items()}
        return True
    return False


def a_report_that_is_no_sum(record: Record) -> bool:
    for event in events(record, "YearReported"):
        if event["measured_mg"]:
            event["measured_mg"] = {name: mass - 1 for name, mass in event["measured_mg"].items()}
            return True
    return False


def a_refusal_with_events(record: Record) -> bool:
    if record["refusal"]:
        record["events"] = [{"is": "AccountThawed", "account": "steel", "ended": "all_transactions_restricted"}]
        return True
    return False


def a_key_for_two_commands(record: Record) -> bool:
    record["key"], before = "k1", record["key"]
    return record["actor"] == "dianzhong-office" and before != "k1" and record["refusal"] is None


def a_confirmation_of_ones_own(record: Record) -> bool:
    for event in events(record, "ActConfirmed"):
        record["actor"] = event["actor"] = event["proposer"]
        return True
    return False


def a_confirmation_of_another_proposal(record: Record) -> bool:
    for event in events(record, "ActConfirmed"):
        event["proposer"] = "somebody"
        return True
    return False


def a_confirmation_after_its_time(record: Record) -> bool:
    for event in events(record, "ActProposed"):
        event["until"] = 1
        return True
    return False


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (a_second_cap, "I2"),
        (a_confirmation_of_ones_own, "I11"),
        (a_confirmation_of_another_proposal, "I11"),
        (a_serial_of_somebody_else, "I1"),
        (money_from_nowhere, "I4"),
        (a_price_beyond_the_limit, "I5"),
        (a_cheaper_payment, "I5"),
        (a_second_price, "I8"),
        (a_day_twice, "I9"),
        (a_missing_hour, "I10"),
        (a_lower_obligation, "I11"),
        (a_surrender_of_too_many, "I11"),
        (a_reversal_of_what_was_never_booked, "I9"),
        (a_difference_that_is_another, "I9"),
        (a_report_that_is_no_sum, "I9"),
        (a_refusal_with_events, "has events and a refusal"),
        (a_key_for_two_commands, "I13"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_a_forged_record_with_a_good_chain_is_named(change: Callable[[Record], bool], says: str) -> None:
    where, lines = forged(change)

    status, said = verdict(lines)

    assert status == 1
    assert said.startswith(f"record {where}: {says}")


def test_garbage_is_named_and_not_a_traceback() -> None:
    for line in (b"", b"\n", b"x y\n", b"\xff" * 80 + b"\n"):
        status, said = verdict([*played()[:3], line] if line else [b"\n"])
        assert status == 1
        assert said.startswith("record ")
        assert "Traceback" not in said


def test_an_act_that_is_confirmed_after_its_time_is_named() -> None:
    where, lines = forged(a_confirmation_after_its_time)

    status, said = verdict(lines)

    assert status == 1
    assert re.match(r"record \d+: I11: act \d+ had lapsed", said)
    assert f"record {where}:" not in said


def test_what_the_command_line_exports_is_what_the_verifier_reads(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from airshed.cli.main import ROOMS, build

    path = tmp_path / "sim.book"
    run = SimulatedRun(4, 60, RULES, lambda: Book.open(path) if path.exists() else Book.create(path), None)
    run.play(lambda done: None)
    run.close()
    to = tmp_path / "export.jsonl"
    assert (
        CliRunner().invoke(build({"book": ROOMS["book"]}), ["book", "export", str(path), "--out", str(to)]).exit_code
        == 0
    )

    status, said = verdict([to.read_bytes()])

    assert (status, said) == (0, f"ok {run.memory.state.seq} records, digest {run.memory.hash}")
