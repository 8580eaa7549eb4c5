"""`airshed demo`: one compliance year of a programme and its zone, from stack readings to penalties."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import typer

from airshed.cli.lab.case import ZoneOption
from airshed.cli.options import RulesName, StackWorkers
from airshed.cli.show import PAGE, as_json, console, of, table
from airshed.model.counted import counted
from airshed.model.measures import tonnes, yuan
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.season.firms import Firm
    from airshed.lab.season.marking import PlannedMark
    from airshed.lab.season.season import Season
    from airshed.lab.stacks.episodes import Episode
    from airshed.mrv.year import StackYear
    from airshed.rulebook.schema import Rulebook
    from airshed.service.book.sqlite import Book
    from airshed.zone.zone import Zone

OfOutlet = TypeVar("OfOutlet", "PlannedMark", "Episode")
RULEBOOK = "dianzhong"
MARK = "demo.json"
#: What a demo leaves in its folder beside its book, and what the next one may therefore replace.
LEFT = (MARK, "report.html")
LEFT_FOLDERS = ("evidence", "hours")
#: The environment variable by which `make`, in whose checkout there is no `airshed`, says how the book is opened.
OPENS = "AIRSHED_DEMO_OPENS"
#: Endings of the files of a book.
OF_A_BOOK = ("", "-wal", "-shm", "-head", ".lock")

Step = Callable[[int, str], Callable[[str], None]]


class DemoYear(NamedTuple):
    """What is played: the law as texts and as values, the zone and its folder, and the year."""

    texts: Mapping[str, bytes]
    rules: Rulebook
    zone: Zone
    folder: Path
    year: int
    #: The day to stop on; empty for the whole year.
    until: str

    @property
    def still_measured(self) -> bool:
        """Whether it stops within the year of the readings."""
        return self.until.startswith(f"{self.year}-")

    @property
    def book(self) -> str:
        """Name of the file of the book."""
        return f"{self.rules.programme.id}.book"


def demo(
    seed: Annotated[int, typer.Option("--seed", help="The same seed plays the same year.")] = 7,
    out: Annotated[Path, typer.Option("--out", help="Folder for book, evidence, hours and report.")] = Path("demo"),
    rulebook: RulesName = RULEBOOK,
    region: ZoneOption = "",
    until: Annotated[
        str,
        typer.Option(
            "--until",
            metavar="DAY",
            help="Leave the year at nine in the morning of a business day, as 2028-06-30: what follows is yours.",
        ),
    ] = "",
    workers: StackWorkers = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON at the end and nothing else.")] = False,
) -> None:
    """Play one compliance year of a programme, from stack readings to penalties, and write a report.

    The rulebook names its zone, unless --zone does; the year is the first that it caps.

    With --until the book is that of the same year as it stood on that morning, to be served with --demo-users: whoever
    opens it does what comes next. No report is written, and no frames are left of a year that is still measured.

    Example: airshed demo --seed 7 --out demo
    """
    import gc
    from time import perf_counter

    from airshed.service.book.sqlite import Book

    began = perf_counter()
    programme = _programme(rulebook, region, until)
    _prepare(out, seed, programme)
    gc.freeze()
    with Book.create(out / programme.book) as book:
        with _progress(json) as step:
            season, measured = _play(book, out, seed, workers, step, programme)
        report = {} if until else {"report": str(_report(book, out, season, measured, programme))}
    seconds = perf_counter() - began
    state = season.runner.state
    of(state.provenance)
    if json:
        as_json(
            {
                "records": state.seq,
                "digest": season.runner.hash,
                "refusals": dict(sorted(season.refused.items())),
                **report,
                **({"until": until} if until else {}),
                "seconds": round(seconds, 1),
            }
        )
        return
    if not until:
        _print_compliance(season)
    console.print(f"book    {out / programme.book}: {state.seq:,} records, verified")
    console.print(f"digest  {season.runner.hash}")
    for path in map(Path, report.values()):
        console.print(f"report  {path} ({path.stat().st_size:,} bytes, English and 中文)")
    if until:
        console.print(f"until   {until} 09:00: what follows is yours  此后由您办理")
    console.print(f"time    {seconds:.0f} s")
    opens = os.environ.get(OPENS, f"airshed serve {out / programme.book} --demo-users")
    console.print(f"portal  {opens}  用浏览器打开")


def _programme(rulebook: str, region: str, until: str) -> DemoYear:
    """The law, its zone, and how far to go."""
    from airshed.lab.season.days import stop
    from airshed.lab.season.season import first_year
    from airshed.rulebook.load import find, load_texts, texts
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import of_law

    law = texts(find(rulebook))
    rules = load_texts(law)
    zone = of_law(rules, region)
    folder = find_zone(region or rules.programme.zone)
    year = first_year(rules)
    return DemoYear(law, rules, zone, folder, year, stop(rules, year, until) if until else "")


def _prepare(out: Path, seed: int, programme: DemoYear) -> None:
    """An empty folder: a new one, or that of an earlier demo, whose files go."""
    if out.exists() and not out.is_dir():
        raise Malformed(str(out), "is not a folder", "name another with --out")
    if out.is_dir() and any(out.iterdir()):
        earlier = _earlier(out)
        left = [*(f"{earlier}{end}" for end in OF_A_BOOK), *LEFT[::-1]]
        strange = sorted(path.name for path in out.iterdir() if path.name not in (*left, *LEFT_FOLDERS))
        if strange or not earlier:
            raise Malformed(
                str(out),
                f"holds {strange[0] if strange else 'other files'}, which no demo made",
                "name another with --out",
            )
        for name in LEFT_FOLDERS:
            if (out / name).is_dir():
                shutil.rmtree(out / name)
        for name in left:
            (out / name).unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text(f'{{"seed":{seed},"year":{programme.year},"book":"{programme.book}"}}\n')


def _earlier(out: Path) -> str:
    """The name of the book of the demo whose folder this is; empty when no demo made it."""
    import msgspec

    try:
        book = msgspec.json.decode((out / MARK).read_bytes(), type=dict[str, int | str]).get("book", "")
    except (OSError, ValueError):
        return ""
    return book if isinstance(book, str) and Path(book).name == book and book.endswith(".book") else ""


@contextmanager
def _progress(quiet: bool) -> Iterator[Step]:
    """Bars for the steps of a long work; `step(total, words)` begins one and gives its `advance(note)`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<46}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, disable=quiet) as bars:

        def step(total: int, words: str) -> Callable[[str], None]:
            task = bars.add_task(words, total=total, note="")
            return lambda note: bars.update(task, advance=1, note=note[: PAGE // 3])

        yield step


def _play(
    book: Book, out: Path, seed: int, workers: int | None, step: Step, programme: DemoYear
) -> tuple[Season, list[Any]]:
    from airshed.engine.runner import Runner
    from airshed.lab.season import days
    from airshed.lab.season.season import Season
    from airshed.rulebook.digest import digest
    from airshed.service.book.verify import verify

    law, rules, zone, _, year, until = programme
    book.keep_law(digest(rules), law)
    season = Season(Runner(book, rules), rules, zone, seed, year)
    opened = step(2, "rules adopted, caps set and shared out  开市配额")
    season.decide()
    opened(f"{counted(len(season.firms), 'firm')}")
    season.open()
    opened(f"{len(season.runner.state.ledger.caps)} series")

    measured = _measure(season, out, seed, workers, step, programme)
    played = [day for day in days.days(rules, year) if not until or day.isoformat() < until]
    day = step(len(played), "days traded, verified, settled  交易、核查与清缴")
    for iso in season.play(until):
        day(iso)
    checked = step(1, "book folded anew and verified  账簿核对")
    verify(book)
    checked("chain, invariants, tables")
    return season, measured


def _measure(
    season: Season, out: Path, seed: int, workers: int | None, step: Step, programme: DemoYear
) -> list[StackYear]:
    """The stacks report their year, and it is read and closed; the season is told of days, findings and doubts."""
    from airshed.lab.season.marking import marks_of, read_marks
    from airshed.lab.season.verifier import doubts
    from airshed.lab.stacks.episodes import read_episodes
    from airshed.service.book.sealing import note_command
    from airshed.service.run.pool import crew
    from airshed.service.stacks.hours_until import keep_until
    from airshed.service.stacks.marked_days import reverted, sealed_and_corrected
    from airshed.service.stacks.measure import measure_zone, simulate_zone
    from airshed.zone.load import load as load_zone
    from airshed.zone.monitoring import monitoring_rules

    _, rules, zone, folder, year, until = programme
    evidence, hours, monitoring, count = out / "evidence", out / "hours", monitoring_rules(rules), len(zone.stacks)
    whole = load_zone(folder)
    season.marks = _of_outlets(read_marks(folder, whole, year), zone)
    with crew(workers) as hands:
        simulate_zone(
            evidence,
            zone,
            year,
            seed,
            episodes=_of_outlets(read_episodes(folder, whole), zone),
            levels=_levels(zone, season.firms),
            workers=hands,
            progress=step(count, "stacks report a year in HJ 212 frames  在线监测"),
        )
        measured = list(
            measure_zone(
                evidence,
                zone,
                monitoring,
                hours=hours,
                marks=marks_of(season.marks, year, at_last=False),
                workers=hands,
                progress=step(count, "frames read, hours closed, days sealed  数据审核"),
            )
        )
        mended = measure_zone(
            evidence,
            zone,
            monitoring,
            hours=hours,
            marks=marks_of(season.marks, year, at_last=True),
            stacks=reverted(season.marks),
            workers=hands,
        )
        at_last = {closed.stack: closed for closed in mended}
    season.sealed, season.corrections = sealed_and_corrected(measured, at_last, season.marks, year)
    if programme.still_measured:
        keep_until(hours, until)
        shutil.rmtree(evidence)
    measured = [at_last.get(closed.stack, closed) for closed in measured]
    season.findings = {closed.stack: note_command(closed) for closed in measured}
    season.doubts = doubts(measured)
    return measured


def _of_outlets(rows: Iterable[OfOutlet], zone: Zone) -> tuple[OfOutlet, ...]:
    """Those rows of a whole zone that are about outlets which the law has measured."""
    own = {stack.stack for stack in zone.stacks}
    return tuple(row for row in rows if row.stack in own)


def _levels(zone: Zone, firms: list[Firm]) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """What the firms' installations do to their stacks, from the day on which they work."""
    from airshed.lab.season.firms import level_of

    by_source = {firm.source.source: firm for firm in firms}
    return {
        stack.stack: {
            pollutant: [(by_source[stack.source].from_day, level_of(by_source[stack.source], pollutant))]
            for pollutant in stack.monitors
        }
        for stack in zone.stacks
    }


def _report(book: Book, out: Path, season: Season, measured: list[Any], programme: DemoYear) -> Path:
    from airshed.lab.stacks.episodes import read_episodes
    from airshed.pages.kit.html import write
    from airshed.pages.report import build
    from airshed.pages.report.facts import Asked
    from airshed.zone.load import load as load_zone

    episodes = _of_outlets(read_episodes(programme.folder, load_zone(programme.folder)), season.zone)
    html = build(book, season.rules, Asked(zone=season.zone, monitoring=measured, episodes=episodes))
    write(out / "report.html", html)
    return out / "report.html"


def _print_compliance(season: Season) -> None:
    """The end of the year by pollutant and jurisdiction, and who fell short."""
    state, money = season.runner.state, season.rules.currency.name_en
    sums: dict[tuple[str, str], list[int]] = {}
    short: list[tuple[str, ...]] = []
    for (source, year), known in sorted(state.years.items()):
        for pollutant, settled in known.settled.items():
            if year != season.year:
                continue
            row = sums.setdefault((pollutant, state.sources[source].jurisdiction), [0, 0, 0, 0, 0])
            for place, value in enumerate(
                (settled.obligation, settled.surrendered, settled.shortfall, settled.penalty_fen, 1)
            ):
                row[place] += value
            if settled.shortfall:
                paid = "paid" if not known.due_fen.get(pollutant) else "due"
                short.append(
                    (
                        source,
                        state.sources[source].name,
                        pollutant,
                        tonnes(settled.shortfall),
                        yuan(settled.penalty_fen),
                        paid,
                        tonnes(settled.makeup),
                    )
                )
    order = [rule.code for rule in season.rules.pollutants]
    places = [place.code for place in season.rules.jurisdictions]
    table(
        f"Compliance {season.year} 履约",
        [
            "pollutant",
            "jurisdiction",
            "sources #",
            "cap [t]",
            "obligation [t]",
            "surrendered [t]",
            "short [t]",
            f"penalty [{money}]",
        ],
        [
            (
                pollutant,
                place,
                row[4],
                tonnes(state.ledger.caps[f"{pollutant}-{place}-{season.year}"]),
                tonnes(row[0]),
                tonnes(row[1]),
                tonnes(row[2]),
                yuan(row[3]),
            )
            for (pollutant, place), row in sorted(
                sums.items(), key=lambda item: (order.index(item[0][0]), places.index(item[0][1]))
            )
        ],
    )
    table(
        "Short at the deadline 欠缴",
        ["source", "name", "pollutant", "short [t]", f"penalty [{money}]", "state", "made up from next vintage [t]"],
        short,
    )
    console.print(
        "Works, emissions, costs and conduct are simulated; no works stands for a real one. "
        "企业、数据与行为均为模拟，不对应任何真实企业。"
    )
    for source, doubt in season.doubts.items():
        console.print(f"adverse opinion, determined by the authority: {source}, {doubt}")
