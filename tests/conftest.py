"""What every test shares: properties without a clock, a shell whose commands start at once, one played year."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
import typer.testing
from _pytest.doctest import DoctestModule
from hypothesis import settings

import times
from airshed.cli import show
from airshed.engine.journal import Line
from airshed.service import marketdata
from airshed.service.book.sqlite import Book
from airshed.service.marketdata import Market, read_market
from airshed.service.marketdata.reading import END
from databases import postgres
from dealing import dealt, turned
from inner_loop import LONG, is_inner, is_quick, no_process
from seasons import few_in, year_in
from shared import LASTS, Once
from shells import SEEDS, Shell, begin_servers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from services import Served

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
CHARTS = ROOT / "src" / "airshed" / "pages" / "kit" / "assets" / "echarts.js"

# Properties fail for what they find, never for how long a busy machine took to look.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Of a group of commands the tree is made once in a process: making it takes longer than most commands that tests try.
vars(typer.testing)["_get_command"] = lru_cache(maxsize=32)(typer.main.get_command)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="the inner loop: leave out what is long")
    parser.addoption("--times", action="store_true", help="the dearest files and tests by processor time")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is left out is not even imported."""
    return True if config.getoption("quick") and collection_path.stem.removeprefix("test_") in LONG else None


class Examples:
    """Only files with an example in them are looked through for some; of the source no other is even imported.

    A plugin of its own: what stands in this file bare is not asked about the source, which lies beside it.
    """

    @staticmethod
    def pytest_ignore_collect(collection_path: Path) -> bool | None:
        if collection_path.suffix == ".py" and collection_path.is_relative_to(SOURCE):
            return None if has_example(collection_path) else True
        return None

    @staticmethod
    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        found = yield
        return [each for each in found if not isinstance(each, DoctestModule) or has_example(file_path)]


def has_example(path: Path) -> bool:
    """Whether a module has an example that is a test."""
    return b">>>" in path.read_bytes()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Of a folder, the files in the order in which this process imports them."""
    report = yield
    if isinstance(collector, pytest.Dir) and hasattr(collector.config, "workerinput"):
        told = collector.config.workerinput
        report.result = turned(report.result, int(told["workerid"].removeprefix("gw")), told["workercount"])
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of files that are quick as a whole, tests that are not; and who begins with what."""
    if config.getoption("quick"):
        config.hook.pytest_deselected(items=[item for item in items if not is_quick(item)])
        items[:] = [item for item in items if is_quick(item)]
    if hasattr(config, "workerinput"):
        items[:] = chain.from_iterable(dealt(items, config.workerinput["workercount"]))


def pytest_collection() -> None:
    """All that is imported and collected stays to the end, so that there is nothing to look for meanwhile."""
    gc.disable()


def pytest_collection_finish() -> None:
    """To look through it again and again took a tenth of the time."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True, scope="session")
def _inner_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    yield from no_process() if request.config.getoption("quick") else [None]


@pytest.fixture(autouse=True)
def _of_inner_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """So that who runs all of them hears of a test that would be red in the inner loop."""
    yield from no_process() if is_inner(request.node) else [None]


def pytest_configure(config: pytest.Config) -> None:
    """Pages are tested with their chart library in them, which `make` bundles and pytest alone does not.

    What all processes of a run share ends with the one that began the run, however that ends.
    """
    config.pluginmanager.register(Examples())
    if config.getoption("times"):
        config.pluginmanager.register(times)
    made_from = [ROOT / "charts" / name for name in ("echarts.js", "package-lock.json")]
    old = not CHARTS.is_file() or CHARTS.stat().st_mtime < max(each.stat().st_mtime for each in made_from)
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if old:
        subprocess.run([sys.executable, str(ROOT / "scripts" / "charts.py")], check=True, stdout=subprocess.DEVNULL)
    folder = tempfile.TemporaryDirectory()
    os.environ[LASTS] = f"{folder.name}/lasts"
    os.mkfifo(os.environ[LASTS])
    pipe = os.open(os.environ[LASTS], os.O_RDWR)
    config.add_cleanup(folder.cleanup)
    config.add_cleanup(partial(os.close, pipe))


@pytest.fixture(autouse=True)
def _nothing_told_before() -> Iterator[None]:
    """What a command said of its figures, and how wide its page was, is not so for another test in the same process."""
    yield
    show._Shown.told, show._Shown.owed = None, False
    show.console.width = show.PAGE


@pytest.fixture(scope="session")
def sockets(once: Once) -> list[str]:
    """Two servers of forked commands, which all processes of this run ask."""
    folder = once.folder("forks", lambda making: begin_servers(making, os.environ[LASTS]))
    return [str(folder / f"{seed}.sock") for seed in SEEDS]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of this process; the tests of a file open pages of their own in it."""
    from browsers import browsing  # only files with pages load what drives it

    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small market behind its portal, where anybody signs in as anybody."""
    from airshed.pages.portal.ways import PORTAL
    from airshed.service.http.limits import ServiceLimits
    from services import market_book, served

    limits = ServiceLimits(stranger_burst=100_000)
    with served(market_book(tmp_path_factory.mktemp("rehearsal")), limits, pages=PORTAL, demo_users=True) as found:
        yield found


@pytest.fixture
def shell(tmp_path: Path, sockets: list[str]) -> Shell:
    """A shell in the folder of the test; its `airshed` is that of this source."""
    return Shell(tmp_path, sockets)


@pytest.fixture
def forked_services(sockets: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Services of a test are forks, each begun in a tenth of the time."""
    from service_crashing import Served

    monkeypatch.setattr(Served, "forks", sockets[0])


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """What all processes of this run share, those of pytest-xdist included."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "once"
    folder.mkdir(exist_ok=True)
    return Once(folder)


@pytest.fixture(scope="session")
def database(once: Once) -> Iterator[str]:
    """A PostgreSQL that the processes of this run share; a test names books of its own in it."""
    with postgres(once.shared) as address:
        yield address


@pytest.fixture(scope="session")
def year_book(once: Once) -> Path:
    """The demo year from seed 7 with its read tables and its law, closed; a test that opens it copies it first."""
    return once.folder("year", year_in) / "year.book"


@pytest.fixture(scope="session")
def few_book(once: Once) -> Path:
    """That year of seven works, for whom a whole one says no more."""
    return once.folder("few", few_in) / "few.book"


@pytest.fixture(scope="session")
def year_lines(year_book: Path) -> list[Line]:
    """What is written in that book."""
    with Book.read(year_book) as book:
        return list(book.lines())


@pytest.fixture(scope="session")
def _year_read(year_lines: list[Line]) -> Callable[..., Market]:
    found = lru_cache(partial(read_market, year_lines))
    return lambda lines, until=END, *, history=False: found(until, history=history)


@pytest.fixture
def year_read_once(_year_read: Callable[..., Market], monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of a test that look at the market of that year find it read; what they say of it is theirs."""
    monkeypatch.setattr(marketdata, "read_market", _year_read)


@pytest.fixture(scope="session")
def year_market(once: Once, year_lines: list[Line]) -> Market:
    """What the market of that year was, read with its history."""
    return once.value("market", lambda: read_market(year_lines, history=True))
