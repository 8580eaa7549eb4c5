"""What each file of tests costs in processor time, whoever else works on the machine: `make test TIMES=1`.

Of a test counts what its process and all processes below it have used from its set-up to its end. What is shared by
several counts for the test that needed it first; a server that is shared works for whichever test runs in its process.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TICKS = os.sysconf("SC_CLK_TCK")
BEGUN = pytest.StashKey[float]()
SHOWN = 40


def below(process: str) -> Iterator[str]:
    """The processes that it began, and those that they began."""
    try:
        threads = list(Path("/proc", process, "task").iterdir())
        found = [child for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:  # it has ended meanwhile
        return
    for child in found:
        yield child
        yield from below(child)


def spent() -> float:
    """Seconds of processor of this process and all below it, those that have ended included."""
    ticks = 0
    for process in below(str(os.getpid())):
        try:
            ticks += sum(map(int, Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[11:15]))
        except OSError:
            continue
    return sum(os.times()[:4]) + ticks / TICKS


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[BEGUN] = spent()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    report: Any = yield
    if call.when == "teardown":
        report.user_properties.append(("processor", spent() - item.stash[BEGUN]))
    return report  # type: ignore[no-any-return]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The dearest files, in the process that all reports come to."""
    tests: Counter[str] = Counter()
    for report in (each for kind in terminalreporter.stats.values() for each in kind if hasattr(each, "nodeid")):
        for name, seconds in getattr(report, "user_properties", ()):
            if name == "processor":
                tests[report.nodeid] += seconds
    files: Counter[str] = Counter()
    for test, seconds in tests.items():
        files[test.partition("::")[0]] += seconds
    terminalreporter.write_line(f"{sum(files.values()):8.1f} s of processor")
    for counted in (files, tests):
        for name, seconds in counted.most_common(SHOWN):
            terminalreporter.write_line(f"{seconds:8.1f} {name}")
