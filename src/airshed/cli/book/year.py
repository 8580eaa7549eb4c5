"""`airshed book checks` and `seal`: what a report would answer, and what the book lacks of a recomputed year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.options import BookPath, Json
from airshed.cli.show import as_json, console, showing, table
from airshed.model.counted import counted
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password


def checks(
    book: BookPath,
    source: Annotated[str, typer.Argument(help="Name of the source.", show_default=False)],
    year: Annotated[int, typer.Option("--year", min=1970, max=9998, help="The year.", show_default=False)],
    json: Json = False,
) -> None:
    """The numbered checks of a source's year as they would be answered now, before it is reported.

    Example: airshed book checks demo/dianzhong.book KM-CEM-01 --year 2027
    """
    from airshed.engine.procedures.monitoring import unmeasured
    from airshed.engine.procedures.report_checks import Draft, answers
    from airshed.service.book.addressed import to_read
    from airshed.service.book.snapshot import resume

    with showing(to_read(book)) as opened:
        runner = resume(opened)
        found = runner.state.sources.get(source)
        if found is None:
            raise Malformed(
                without_password(book), f"there is no source {source!r}", near(source, runner.state.sources)
            )
        known = runner.state.years.get((source, year))
        declared = known.declared_mg if known is not None else dict.fromkeys(unmeasured(runner.rules, found), 0)
        results = answers(Draft(runner.state, runner.rules, found, year, declared))
    if json:
        for result in results:
            as_json(result)
        return
    names: dict[str, str] = {row.check: f"{row.name_en} {row.name_zh}" for row in runner.rules.reporting.rows}
    table(
        f"{source} {year}",
        ["check #", "asked", "if not", "answer"],
        [[each.number, names[each.check], each.severity, each.detail or "yes 是"] for each in results],
    )


def seal(
    book: BookPath,
    results: Annotated[Path, typer.Argument(help="Folder that `airshed mrv run` wrote.", show_default=False)],
    year: Annotated[int, typer.Option("--year", min=1970, max=9998, help="The year to seal.", show_default=False)],
    actor: Annotated[
        str, typer.Option("--actor", help="The monitoring host, as the book knows it.")
    ] = "monitoring-host",
    reason: Annotated[str, typer.Option("--reason", help="Why days that are sealed are corrected.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output if left out.")] = None,
) -> None:
    """Print the commands that bring a book up to a recomputed year: days to seal, corrections, findings.

    A day that differs from what the book has sealed (late frames, a mark that was refused) becomes a correction that
    names what it replaces; the book takes the old entry back in full and shows the difference. Nothing is written to
    the book here: `airshed book send` sends what is printed.

    Example: airshed book seal my.book recomputed --year 2027 --reason "late frames of May" --out late.jsonl
    """
    import msgspec

    from airshed.service.book.addressed import to_read
    from airshed.service.book.sealing import as_commands, closed_years, differences
    from airshed.service.book.snapshot import resume

    lines: list[bytes] = []
    encode = msgspec.json.Encoder().encode
    with showing(to_read(book)) as opened:
        state, first = resume(opened).state, opened.line(1).hash
        for closed in closed_years(results, year, state.provenance):
            if closed.stack not in state.stack_source:
                raise Malformed(without_password(book), f"has no stack {closed.stack}", "register its source first")
            lines += [encode(command) for command in as_commands(actor, differences(state, closed, reason), first)]
    _written(lines, out)


def estimates(
    book: BookPath,
    paths: Annotated[list[Path], typer.Argument(metavar="FILES", help="TOML files, or folders.", show_default=False)],
    actor: Annotated[str, typer.Option("--actor", help="Who hands them in for the works.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why one takes the place of another.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output if left out.")] = None,
) -> None:
    """Print the commands that hand in what the book lacks of files of estimates. 核算排放量入账指令。

    Nothing is written to the book here: `airshed book send` sends what is printed. `airshed mrv estimates` shows what
    each file gives, and with --book whether the book has it.

    Example: airshed book estimates my.book coating.toml --actor wang --out voc.jsonl
    """
    import msgspec

    from airshed.service.book.addressed import to_read
    from airshed.service.book.estimates import lacking
    from airshed.service.book.law import law_of
    from airshed.service.book.sending import AddressedCommand
    from airshed.service.book.snapshot import resume
    from airshed.service.stacks.estimate_files import estimates_in
    from airshed.zone.factors import shipped_factors

    with showing(to_read(book)) as opened:
        reads = list(estimates_in(paths, law_of(opened), shipped_factors()))
        bodies = list(lacking(resume(opened).state, reads, reason))
        first = opened.line(1).hash
    commands = [AddressedCommand(actor, f"estimate {body.evidence[:32]}", body, first) for body in bodies]
    _written([msgspec.json.encode(command) for command in commands], out)


def blank(
    method: Annotated[str, typer.Argument(help="manual, balance, leaks or factor.", show_default=False)],
) -> None:
    """Print a file to begin with: how a mass without a monitor is calculated, with every key said. 核算文件模板。

    Example: airshed book blank balance > coating.toml
    """
    from airshed.service.stacks.estimate_blanks import BLANKS

    if method not in BLANKS:
        raise Malformed("METHOD", f"no such method {method!r}", near(method, BLANKS))
    typer.echo(BLANKS[method], nl=False)


def _written(lines: list[bytes], out: Path | None) -> None:
    text = b"".join(line + b"\n" for line in lines)
    if out is None:
        typer.echo(text.decode(), nl=False)
        return
    if out.exists():
        raise Malformed(str(out), "exists already", "choose another file or remove it first")
    out.write_bytes(text)
    console.print(f"{out}: {counted(len(lines), 'command')}")
