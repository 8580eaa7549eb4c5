"""China's working days: from a kept library for the years that a law names, from the law itself otherwise."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import msgspec
import pytest

from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts, read
from airshed.rulebook.notices import known, notice, worked_in_china
from airshed.rulebook.schema import Rulebook
from laws import FILES, RULES

#: National Day and Mid-Autumn of 2025: closed from 1 to 8 October, 28 September and 11 October worked instead.
#: Source: General Office of the State Council, notice on holidays of 2025 (recalled).
WORKED = {"09-28": True, "09-30": True, "10-01": False, "10-08": False, "10-09": True, "10-11": True, "10-12": False}


def law(**keys: str) -> Rulebook:
    """The shipped law with other lines in its calendar."""
    text = FILES["rulebook.toml"].decode()
    head, rest = text.split("[calendar]", 1)
    for key, value in keys.items():
        old = next(line for line in rest.splitlines() if line.startswith(f"{key} = "))
        rest = rest.replace(old, f"{key} = {value}", 1)
    return load_texts({**FILES, "rulebook.toml": f"{head}[calendar]{rest}".encode()})


def test_a_day_of_a_year_that_the_law_takes_from_the_notices_is_worked_as_they_say() -> None:
    for day, worked in WORKED.items():
        assert lookup.worked(RULES, f"2025-{day}") is worked, day
        assert worked_in_china(date.fromisoformat(f"2025-{day}")) is worked, day
    assert lookup.days_from(RULES, 2025) == "notice"


def test_a_year_of_which_the_law_names_a_day_is_its_own() -> None:
    own = law(working_days='["2025-10-12"]')

    assert lookup.days_from(own, 2025) == "law"
    assert own.calendar.notices == (2026,)
    assert lookup.worked(own, "2025-10-12")
    assert lookup.worked(own, "2025-10-01")  # it names no holiday
    assert not lookup.worked(own, "2026-10-01")


def test_of_a_year_that_nobody_has_published_weekdays_alone_are_known() -> None:
    assert lookup.days_from(RULES, 2027) == "law"
    assert lookup.days_from(RULES, 2030) == "weekdays"
    assert lookup.worked(RULES, "2030-10-01")  # a Tuesday


def test_a_year_that_the_library_does_not_know_is_an_error_of_the_text() -> None:
    late = 2040
    assert late not in known()
    with pytest.raises(Malformed) as caught:
        law(notices=f"[{late}]")
    assert str(caught.value) == (
        "rulebook.toml [calendar] notices: chinesecalendar has no notice of 2040; list the days of that year, or none"
    )
    assert read(FILES)[1] == []


def test_the_days_of_a_notice_are_part_of_what_is_adopted() -> None:
    """A library that corrected a day would make another law of the same text, and the book would say so."""
    without = msgspec.structs.replace(
        RULES, calendar=msgspec.structs.replace(RULES.calendar, closed_days=RULES.calendar.closed_days[1:])
    )
    assert "2025-10-01" in RULES.calendar.closed_days
    assert digest(RULES) != digest(without)


def test_a_make_up_day_of_a_week_that_works_it_anyway_adds_nothing() -> None:
    six = notice(2025, (1, 2, 3, 4, 5, 6), "here")
    assert six.working == ("2025-01-26", "2025-04-27", "2025-09-28")
    assert "2025-10-04" in six.closed  # a Saturday of the National Day


def test_what_decides_imports_no_calendar() -> None:
    """The order path knows the lists of the law alone."""
    told = "import sys, airshed.engine.runner, airshed.engine.decide; print('chinese_calendar' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"
