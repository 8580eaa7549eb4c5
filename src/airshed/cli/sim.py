"""`airshed sim`: random commands and crashes against the engine, every invariant checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from airshed.cli.options import Json, RulesName
from airshed.cli.show import as_json, console, table
from airshed.model.counted import counted

#: The rulebook that is played where none is named.
USUAL = "dianzhong"


def sim(
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same run.", show_default=False)],
    steps: Annotated[int, typer.Option("--steps", min=1, max=1_000_000, help="Groups of commands in a run.")] = 2_000,
    runs: Annotated[int, typer.Option("--runs", min=1, max=10_000, help="Runs, with this seed and the next.")] = 1,
    rulebook: RulesName = USUAL,
    json: Json = False,
) -> None:
    """Play a small market under random commands and crashes and check every invariant (I1 to I14).

    Ends with status 1 and the line that repeats the run when an invariant does not hold.

    Example: airshed sim --seed 7 --steps 500
    """
    import shlex
    import sys
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from rich.progress import Progress

    from airshed.lab.simulator.sim import Broken, simulate
    from airshed.lab.simulator.small_market import lacking
    from airshed.model.refusal import Malformed
    from airshed.rulebook.load import find, load
    from airshed.service.book.sqlite import Book
    from airshed.service.book.verify import verify

    def decided_anew(book: Book, laws: Mapping[str, Any]) -> None:
        verify(book, laws=laws)

    rules = load(find(rulebook))
    if unknown := lacking(rules):
        what = (
            f"the small market cannot open under {rules.programme.id}, which has no jurisdiction {', '.join(unknown)}"
        )
        raise Malformed("--rulebook", what, "vary dianzhong, or a copy of it: airshed rules copy dianzhong FOLDER")
    law = shlex.quote(rulebook) if rulebook != USUAL else ""
    reports: list[Any] = []
    with Progress(console=console, transient=True, disable=json or not console.is_terminal) as bar:
        for number in range(seed, seed + runs):
            task = bar.add_task(f"seed {number}", total=steps)
            with TemporaryDirectory(prefix="airshed-sim-") as folder:
                path = Path(folder) / "sim.book"

                def store(path: Path = path) -> Book:
                    return Book.open(path) if path.exists() else Book.create(path)

                def shown(done: int, task: Any = task) -> None:
                    bar.update(task, completed=done)

                try:
                    reports.append(simulate(number, steps, rules, store, decided_anew, shown, law))
                except Broken as error:
                    if json:
                        as_json({"ok": False, "seed": number, "steps": steps, "why": str(error)})
                    else:
                        print(f"broken: {error}", file=sys.stderr)
                    raise SystemExit(1) from None
            bar.remove_task(task)
    if json:
        for report in reports:
            as_json(report)
        return
    _tables(reports)


def _tables(reports: list[Any]) -> None:
    def total(name: str) -> Mapping[str, int]:
        summed: Counter[str] = Counter()
        for report in reports:
            summed.update(getattr(report, name))
        return summed

    done, refused = total("done"), total("refused")
    table("done", ["command", "times #"], [(name, f"{count:,}") for name, count in sorted(done.items())])
    table("refused", ["reason", "times #"], [(name, f"{count:,}") for name, count in refused.items()])
    events = [(name, f"{count:,}") for name, count in sorted(total("events").items())]
    table("what happened", ["event", "times #"], events)
    table("crashes", ["moment", "times #"], [(name, f"{count:,}") for name, count in total("crashes").items()])
    table("checks that held", ["invariant", "times #"], [(name, f"{n:,}") for name, n in total("checks").items()])
    commands = sum(report.commands for report in reports)
    malformed = sum(report.malformed for report in reports)
    repeated = sum(report.repeated for report in reports)
    runs = f"{len(reports)} run{'s' if len(reports) > 1 else ''}"
    console.print(f"{runs}, {counted(commands, 'command')}, {malformed:,} malformed, {repeated:,} sent again")
    for report in reports:
        console.print(f"seed {report.seed}: {counted(report.records, 'record')}, digest {report.digest}")
