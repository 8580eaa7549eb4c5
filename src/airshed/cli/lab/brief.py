"""`airshed lab brief`: which design would work here, and why, as a page, as PDF, or on screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.lab.apart import apart_from_law
from airshed.cli.lab.case import ZoneOption
from airshed.cli.options import Json, RulesName
from airshed.cli.show import as_json, bar, console, of, resting, shown, table, with_provenance
from airshed.model.provenance import together
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airshed.lab.brief.diagnosis import MarketSeen
    from airshed.lab.brief.facts import BriefFacts
    from airshed.lab.brief.measures import Criterion
    from airshed.lab.brief.world import Assumed
    from airshed.model.provenance import Provenance
    from airshed.rulebook.schema import Rulebook
    from airshed.zone.zone import Zone

RULEBOOK = "dianzhong"
ALL = "all"


def brief(
    rulebook: RulesName = RULEBOOK,
    region: ZoneOption = "",
    pollutant: Annotated[str, typer.Option(help="One of the rulebook, several by commas, or all.")] = "SO2",
    out: Annotated[str, typer.Option(metavar="FOLDER", help="Write brief.html and its certificates there.")] = "",
    pdf: Annotated[bool, typer.Option("--pdf", help="Print it too: brief-en.pdf and brief-zh.pdf.")] = False,
    book: Annotated[str, typer.Option(metavar="FILE", help="A book: why it trades, or does not.")] = "",
    years: Annotated[int, typer.Option(min=1, max=30, help="Years, from the rulebook's first vintage.")] = 10,
    growth: Annotated[float, typer.Option(metavar="PERCENT", help="Growth of emissions a year.")] = 1.0,
    decline: Annotated[float, typer.Option(metavar="PERCENT", help="Fall of later caps a year.")] = 3.0,
    rate: Annotated[float, typer.Option(metavar="PERCENT", help="Discount rate.")] = 5.0,
    tax: Annotated[str, typer.Option(metavar="YUAN", help="Tax per t on what is emitted, or a place as Yunnan.")] = "",
    weights: Annotated[
        str, typer.Option(metavar="NAME=PERCENT,...", help="Other weights of criteria; the rest share what is left.")
    ] = "",
    write_rulebook: Annotated[
        str, typer.Option("--write-rulebook", metavar="FOLDER", help="Write the choice as a law into a new folder.")
    ] = "",
    design: Annotated[
        str,
        typer.Option(
            metavar="CODE", help="With --write-rulebook: this design and no brief, by code or name as pilots."
        ),
    ] = "",
    sessions: Annotated[int, typer.Option(min=0, max=1_000, help="Sessions of each kind; none with 0.")] = 6,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 2,
    json: Json = False,
) -> None:
    """Compare designs for a zone and say which would work, why, and what could change that. 制度设计报告。

    Every combination of seven choices is judged by one engine: borders, the power-plant wall, the method of allocation,
    paid or free, the term of rights, a collar, daily trade or calls. docs/explanation/designing.md explains the brief,
    designing-annex.md beside it the mathematics. About half a minute a pollutant; costs are indicative.

    Example: airshed lab brief --pollutant SO2 --out brief --pdf

    Example: airshed lab brief --pollutant SO2,NOx --weights air=40,revenue=0

    Example: airshed lab brief --pollutant all --book demo/dianzhong.book --out brief

    --write-rulebook writes the choice, or the --design of a code, as a law: that in hand with what the design says
    otherwise, each with where it comes from. It passes `airshed rules check`, and `airshed book open` opens it.

    Example: airshed lab brief --write-rulebook draft --design zone-none-benchmark-part-year-none-continuous
    """
    from airshed.cli.lab.brief_law import Draft, write_law
    from airshed.lab.brief.adopted import code_of
    from airshed.lab.brief.designs import BriefDesign
    from airshed.lab.brief.run import brief as run
    from airshed.lab.brief.run import count
    from airshed.lab.brief.sessions import SEED, SESSIONS
    from airshed.lab.brief.tasks import BriefTask
    from airshed.lab.brief.world import Assumed
    from airshed.rulebook.load import find, load
    from airshed.service.run.pool import each
    from airshed.zone.load import of_law

    assumes = f"Assumed: growth of {growth:g} percent a year, caps that fall by {decline:g}, a rate of {rate:g}"
    draft = Draft(rulebook, write_rulebook, f"{assumes}; costs are indicative; sessions are drawn from seed {SEED}.")
    if design:
        if not write_rulebook:
            raise Malformed("--design", "goes only with --write-rulebook", "give the folder to write it to")
        write_law(draft, design, f"airshed lab brief --rulebook {quote(rulebook)} --design {quote(design)}", json)
        return
    draft.examine()
    folder = _folder(out, pdf)
    rules = load(find(rulebook))
    zone = of_law(rules, region)
    names = named(pollutant, [rule.code for rule in rules.pollutants])
    assumed = Assumed(years=years, growth=growth / 100, decline=decline / 100, rate=rate / 100)
    levied = _taxes(tax, names)
    stated = weights_in(weights)
    tasks = count(zone, rules, names, sessions)
    seen, told_by = seen_of(book, names, rules, zone) if book else (None, None)
    with bar(tasks, json, "runs 计算") as told:

        def done(task: BriefTask) -> None:
            told(f"{task.pollutant} {task.what}")

        facts = run(
            zone,
            rules,
            names,
            assumed,
            taxes=levied,
            seen=seen,
            sessions=sessions,
            weights=stated,
            pool=lambda work, jobs, progress: each(work, jobs, workers, progress),
            progress=done,
        )
    resting(facts.origins)
    if told_by is not None:
        of(together([known for known in (shown(), told_by) if known is not None]))
    said = [f"airshed lab brief --rulebook {quote(rulebook)} --pollutant {quote(pollutant)}"]
    for option, value, default in (
        ("years", years, 10),
        ("growth", growth, 1),
        ("decline", decline, 3),
        ("rate", rate, 5),
    ):
        said += [f"--{option} {value:g}"] if value != default else []
    for option, text in (("zone", region), ("tax", tax), ("weights", weights), ("book", book)):
        said += [f"--{option} {quote(text)}"] if text else []
    said += [f"--sessions {sessions}"] if sessions != SESSIONS else []
    written = _write(folder, facts, rules, " ".join(said), pdf) if folder else []
    if folder:
        known = {name: assumed._replace(tax=levied.get(name, 0.0)) for name in names}
        written += _certificates(folder, zone, rules, known)
    if json:
        as_json(facts)
    else:
        rates = (assumed.rate, assumed.growth, assumed.decline)
        for name in names:
            apart_from_law(rules, zone, name, years, rates)
        _print(facts, rules)
    if write_rulebook:
        write_law(draft, code_of(BriefDesign(**facts.choice)), " ".join(said), json)  # type: ignore[arg-type]
    if json:
        return
    for path in written:
        console.print(f"{path}: {path.stat().st_size:,} bytes")


def named(pollutant: str, codes: list[str]) -> list[str]:
    """The pollutants that are asked for, each once, in the order of the rulebook as far as it knows them."""
    if pollutant == ALL:
        return codes
    asked = list(dict.fromkeys(each.strip() for each in pollutant.split(",")))
    return sorted(asked, key=lambda name: codes.index(name) if name in codes else len(codes))


def weights_in(said: str) -> Mapping[Criterion, float]:
    """Weights of all criteria, percent, from `NAME=PERCENT,...`; those of the brief where nothing is said."""
    from airshed.lab.brief.score import stated_weights

    own: dict[str, float] = {}
    for part in said.split(",") if said else ():
        name, _, value = (each.strip() for each in part.partition("="))
        if name in own:
            raise Malformed("--weights", f"{name[:40]} stands twice", "give each criterion once")
        try:
            own[name] = float(value.removesuffix("%"))
        except ValueError:
            raise Malformed("--weights", f"{part[:40]!r} is no weight", "give it as in cost=30,air=30") from None
    return stated_weights(own)


def _folder(out: str, pdf: bool) -> Path | None:
    """The folder to write to, made if its own folder is there; what could fail later fails here."""
    if not out:
        if pdf:
            raise Malformed("--pdf", "there is no folder to print to", "give --out FOLDER")
        return None
    folder = Path(out)
    if (folder.exists() and not folder.is_dir()) or not folder.parent.is_dir():
        raise Malformed("--out", f"{folder} cannot be written", "name a folder in a folder that exists")
    if pdf:
        from airshed.pages.kit.chromium import browser

        browser("--pdf")
    folder.mkdir(exist_ok=True)
    return folder


def seen_of(
    book: str, names: list[str], rules: Rulebook, zone: Zone
) -> tuple[dict[str, MarketSeen], Provenance | None]:
    """What a book shows of the first vintage, by pollutant, under the law that it ends with; and what the book is."""
    from airshed.lab.brief.designs import REFERENCE
    from airshed.lab.brief.diagnosis import MarketSeen
    from airshed.service.book.first_vintage import seen_in

    found = seen_in(book, names, min(row.vintage for row in rules.caps.rows), rules.programme.id)
    law = found.law or rules
    walled = any(source.sector in law.trade_rules.walled_sectors for source in zone.sources)
    design = replace(
        REFERENCE,
        border="cities" if law.trade_rules.crossing == "never" else "zone",
        wall="wall" if walled else "none",
    )
    fee = (law.trading.buyer_fee_basis_points + law.trading.seller_fee_basis_points) / 10_000
    own = {source.source for source in zone.sources}
    shows = {
        name: MarketSeen(trade.traded_t, trade.given_t if own <= set(trade.given_t) else None, design, fee)
        for name, trade in found.trades.items()
    }
    return shows, found.provenance


def _taxes(said: str, names: list[str]) -> dict[str, float]:
    """Yuan per tonne by pollutant: the same for all, or what a place taxes each at."""
    from airshed.lab.prices.taxes import read_taxes, tax_of

    if not said:
        return {}
    try:
        return dict.fromkeys(names, float(said))
    except ValueError:
        known = {name: levied for name in names if (levied := tax_of(said, name)) is not None}
    if not known:
        places = ", ".join(dict.fromkeys(each.place for each in read_taxes()))
        raise Malformed("--tax", f"{said[:60]!r} taxes none of these", f"give yuan per t, or one of {places}")
    return known


def _write(folder: Path, facts: BriefFacts, rules: Rulebook, command: str, pdf: bool) -> list[Path]:
    from airshed.pages.brief import build
    from airshed.pages.kit.html import write
    from airshed.pages.kit.pdf import print_page
    from airshed.pages.kit.words import LANGUAGES

    page = folder / "brief.html"
    write(page, build(facts, rules, command, shown()))
    written = [page]
    for language in LANGUAGES if pdf else ():
        target = folder / f"brief-{language}.pdf"
        print_page(page, target, language)
        written.append(target)
    return written


def _certificates(folder: Path, zone: Zone, rules: Rulebook, assumed: Mapping[str, Assumed]) -> list[Path]:
    """What `airshed lab check` works out again, a file for each pollutant and market."""
    import json as plain

    from airshed.lab.brief.proofs import proofs_of
    from airshed.lab.brief.world import world_of
    from airshed.pages.kit.html import write

    written = []
    for name, known in assumed.items():
        for proof in proofs_of(zone, rules, world_of(zone, rules, name, known), known):
            target = folder / proof.file
            write(target, plain.dumps(with_provenance(proof.document)) + "\n")
            written.append(target)
    return written


def _print(facts: BriefFacts, rules: Rulebook) -> None:
    from airshed.pages.brief.charts import order_of
    from airshed.pages.brief.reasons import headline, of_bounds, reasons
    from airshed.pages.brief.sentences import NEEDLESS, by_any_weights, of_band, of_book, sensitivity, warning
    from airshed.pages.brief.words import AXES, CAUSES, CRITERIA, DESIGNS
    from airshed.pages.kit.words import Phrase

    money = Phrase(rules.currency.name_en, rules.currency.name_zh)
    shown = [name for name in facts.weights if facts.values["choice"][name] is not None]
    table(
        f"{', '.join(each.pollutant for each in facts.pollutants)}: 0 the worst design, 100 the best 设计比较",
        (
            "design 设计",
            *(f"{CRITERIA[name].en}\n{CRITERIA[name].zh}\n{facts.weights[name]:g} %#" for name in shown),
            "score\n得分#",
        ),
        [
            (
                f"{DESIGNS[design].en} {DESIGNS[design].zh}",
                *(f"{100 * (facts.values[design][name] or 0.0):.0f}" for name in shown),
                f"{facts.scores[design]:.1f}",
            )
            for design in order_of(facts)
        ],
    )
    for axis, chosen, why, rows in reasons(facts, money):
        console.print(f"{AXES[axis].en} {AXES[axis].zh}: {chosen.en} {chosen.zh}\n  {why.en}\n  {why.zh}")
        for what, figures in rows:
            console.print(f"  {what.en} {what.zh}: {', '.join(f'{name} {said}' for name, said in figures.items())}")
    turns, wins = sensitivity(facts), by_any_weights(facts)
    for phrase in (headline(facts), Phrase(f"{turns.en} {wins.en}", f"{turns.zh}{wins.zh}")):
        console.print(f"{phrase.en}\n{phrase.zh}")
    for each in facts.pollutants:
        for diagnosis in each.diagnoses:
            causes = [CAUSES[finding.cause] for finding in diagnosis.findings if finding.verdict != "no"]
            seen = "" if diagnosis.observed_t is None else f", {diagnosis.observed_t:,.0f} t in the book 账簿所见"
            needless = diagnosis.idle_percent >= NEEDLESS
            console.print(
                f"{each.pollutant} {DESIGNS[diagnosis.design].en} {DESIGNS[diagnosis.design].zh}:"
                f" {diagnosis.predicted_t:,.0f} t should trade 应有交易{seen}; in its way 障碍:"
                f" {', '.join(f'{cause.en} {cause.zh}' for cause in causes) or 'nothing 无'}"
                + ("; nothing has to trade 本无须交易" if needless else ""),
            )
            if diagnosis.design == "book":
                said = of_book(diagnosis)
                console.print(f"  {said.en}\n  {said.zh}")
        for told in (of_band(each, money), of_bounds(each)):
            if told is not None:
                console.print(f"{each.pollutant} {told.en}\n{each.pollutant} {told.zh}")
    sure = warning(facts)
    console.print(f"{sure.en} {sure.zh}")
