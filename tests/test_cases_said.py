"""Files of cases: what contradicts itself is refused by its place, and what is not read is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from airshed.cli.compliance.group import app as compliance
from airshed.cli.registry.group import app as registry
from airshed.model.refusal import Malformed

OVERDUE = {"kind": "overdue", "base": "1000.00", "start": "2025-12-01", "end": "2025-12-10", "daily_rate": "0.0038"}
LATE = {"kind": "late_interest", "base": "1000.00", "start": "2025-01-01", "end": "2025-01-31"}
SHORT: dict[str, Any] = {"kind": "shortfall", "period": 2021, "missing_t": "1"}
TRADES = [["2021-05-01", "10.00", 5]]


def run(tmp_path: Path, app: Any, command: str, text: str, *words: str) -> Result:
    file = tmp_path / "cases"
    file.write_text(text, "utf-8")
    return CliRunner().invoke(app, [command, str(file), *words, "--json"])


@pytest.mark.parametrize(
    ("case", "what"),
    [
        ({**OVERDUE, "payments": [], "payment": []}, "payments are given too"),
        (
            {**OVERDUE, "payments": [{"date": "2025-12-09", "received_date": "2025-12-02", "amount": "50"}]},
            "is another day than date",
        ),
        ({**OVERDUE, "base": "１００"}, "is not a number"),
        ({**OVERDUE, "base": "1_000"}, "is not a number"),
        ({**LATE, "rates": [["2024-01-01", "2025-12-31", "-0.01"]]}, "is below zero"),
        (
            {**SHORT, "terms": [{"from": 2021, "penalty": "fixed_per_tonne", "per_tonne": "50", "multiple": 7}]},
            "is no key that is read here",
        ),
        (
            {**SHORT, "terms": [{"from": 2021, "penalty": "price_multiple"}], "price": "9", "trades": TRADES},
            "is not read where the price is given",
        ),
    ],
)
def test_a_case_of_a_penalty_that_contradicts_itself_is_refused(tmp_path: Path, case: Any, what: str) -> None:
    answer = run(tmp_path, compliance, "penalty", json.dumps([case]))
    assert isinstance(answer.exception, Malformed), answer.output
    assert what in answer.exception.what


def test_two_days_of_a_payment_that_are_one_day_are_no_contradiction(tmp_path: Path) -> None:
    row = {"date": "2025-12-09", "received_date": "2025-12-09", "amount": "50"}
    assert run(tmp_path, compliance, "penalty", json.dumps([{**OVERDUE, "payments": [row]}])).exit_code == 0


def test_a_key_of_another_event_is_named_as_not_read(tmp_path: Path) -> None:
    steps = [
        {"event": "init", "first_year": 2021, "last_year": None, "current_year": 2022},
        {"event": "surrender", "amount": 1, "year": 2021, "tonnes": 5},
        {"event": "verified_emissions", "year": 0, "tonnes": 0},
    ]
    answer = run(tmp_path, compliance, "status", json.dumps([{"steps": steps}]))
    (story,) = (json.loads(line) for line in answer.stdout.splitlines())
    assert [step.get("unread") for step in story["steps"]] == [None, ["year", "tonnes"], None]
    assert story["steps"][2]["refused"] == "0 is no year"


def test_a_stated_column_that_no_option_asks_for_is_named(tmp_path: Path) -> None:
    text = "approved_at,exec_7min,exec_2h\n2021-03-15T10:00:00,2021-03-15T10:07:00,2021-03-15T12:00:00\n"
    answer = run(tmp_path, registry, "delay", text, "--after", "7m")
    assert answer.exit_code == 0
    assert "not compared 未核对: exec_2h; --after 7m reckons clock_start, exec_7min" in answer.stderr
    assert "exec_2h" not in answer.stdout
    assert run(tmp_path, registry, "delay", text, "--after", "7m,2h").stderr == ""
