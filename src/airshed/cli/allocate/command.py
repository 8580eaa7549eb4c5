"""`airshed allocate`: share a cap out by any method or plan, or by the four simplest, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from airshed.cli.allocate.whip import Whipped, say_whip, whipped
from airshed.cli.book.answers import ClockIsRight
from airshed.cli.lab.case import ZoneOption
from airshed.cli.options import At, Json
from airshed.cli.show import as_json, console, resting, say, table
from airshed.model.measures import exact
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.market.allocation import Activity, Allocation, Parts
    from airshed.rulebook.allocation_sections import AllocationRule
    from airshed.rulebook.kinds import Baseline

ALL = "all"
RULEBOOK = "dianzhong"
#: No pool is larger: a thousand million tonnes in kilograms, a thousand times over.
MOST_POOL = 10**15


@dataclass(frozen=True, slots=True)
class AllocateTask:
    """A cap to share out, and among whom; `law` is what the rulebook says of it, if there is one."""

    name: str
    tiers: Parts
    baseline: Baseline
    size_kg: int
    law: AllocationRule | None
    activities: tuple[Activity, ...]
    origins: tuple[str, ...] = ()

    @property
    def lawful(self) -> str:
        """The rulebook's own method, empty without a rulebook."""
        return "" if self.law is None else self.law.method

    def by(self, method: str, activities: Sequence[Activity] | None = None) -> Allocation:
        """The allocation by one method."""
        from airshed.market.allocation import allocate as share_out
        from airshed.market.sharing.lawful import share_by_law

        rows = self.activities if activities is None else activities
        if self.law is not None and method == self.lawful:
            return share_by_law(self.law, self.tiers, rows, self.size_kg)
        return share_out(method, self.baseline, self.tiers, rows, self.size_kg)


def allocate(
    rulebook: Annotated[
        str, typer.Option(metavar="PATH_OR_NAME", help=f"Rulebook with caps and zone.  [default: {RULEBOOK}]")
    ] = "",
    region: ZoneOption = "",
    pollutant: Annotated[str, typer.Option(help="Pollutant of the rulebook.  [default: SO2]")] = "",
    jurisdiction: Annotated[str, typer.Option(help="One jurisdiction, as KM; all when left out.")] = "",
    vintage: Annotated[int | None, typer.Option(help="Vintage; the first with a cap when left out.", min=0)] = None,
    method: Annotated[str, typer.Option(help="A method by name (--methods), or the four simplest side by side.")] = ALL,
    plan: Annotated[
        str, typer.Option(metavar="PLAN.toml", help="Tiers of your own; docs/explanation/sharing.md.")
    ] = "",
    activities: Annotated[str, typer.Option(metavar="FILE.csv", help="Your own sources; needs --pool.")] = "",
    pool: Annotated[int | None, typer.Option(metavar="N", help="Allowances to share out, with --activities.")] = None,
    reserve: Annotated[
        str, typer.Option(metavar="PERCENT", help="Part of --pool for new entrants.  [default: 0]")
    ] = "",
    auction: Annotated[str, typer.Option(metavar="PERCENT", help="Part of --pool to auction.  [default: 0]")] = "",
    baseline: Annotated[
        str, typer.Option(help="mean, median or best_1 to best_5 of the years, with --activities.  [default: mean]")
    ] = "",
    size_kg: Annotated[
        int | None, typer.Option(metavar="KG", help="Kilograms of an allowance, with --activities.  [default: 1]")
    ] = None,
    criteria: Annotated[
        str, typer.Option(metavar="FILE.csv", help="Cities' group,name,measure,figure,origin,status.")
    ] = "",
    curves: Annotated[
        str, typer.Option(metavar="FILE.csv", help="Steps: zone,source,technology,cost_yuan_per_t,potential_t.")
    ] = "",
    verified: Annotated[
        str, typer.Option(metavar="FILE.csv", help="The same sources when output is verified: settles the advance.")
    ] = "",
    methods: Annotated[bool, typer.Option("--methods", help="List every method and end.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say of every share why, in English and Chinese.")] = False,
    book: Annotated[
        str, typer.Option("--send", metavar="BOOK", help="What the law of this book shares out; sent with --total.")
    ] = "",
    actor: Annotated[str, typer.Option("--as", metavar="ACTOR", help="With --send: who allocates.")] = "",
    total: Annotated[
        str, typer.Option(metavar="AMOUNT", help="With --send: what goes to sources in all, as the preview says.")
    ] = "",
    cut: Annotated[
        bool, typer.Option("--cut", help="With --send: the pool is too small for all claims, and that is meant.")
    ] = False,
    windfall: Annotated[
        bool, typer.Option("--windfall", help="With --send: the pool is above all claims, and that is meant.")
    ] = False,
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Share a cap among sources: reserve for new entrants, part for auction, the rest by method; nothing is left over.

    The four simplest methods (history, benchmark, limit, equal_cut) and that of the law share each city's cap. Any
    other, and a plan of your own, shares the whole zone's, or one city's with --jurisdiction.

    FILE.csv has a row for each source; only the column source must be there, a method asks for what it needs (--methods
    lists it). Figures of several years stand in one cell: 120000 - 118500, with - where none is verified.

    Example: airshed allocate --pollutant SO2 --jurisdiction KM --explain

    Example: airshed allocate --activities mine.csv --pool 250000 --reserve 3 --method benchmark

    Example: airshed allocate --pollutant NOx --method shapley --explain

    A method that gives a part in advance (output_based) is settled with --verified: what each gets more, or gives back.

    --send previews what the law in force of a book shares out, of the zone or of --activities; with the --total that
    the preview ends with it is sent, all cities or none. A pool that is too small for all claims takes --cut as well.

    Example: airshed allocate --send my.book --as dianzhong-office --pollutant SO2 --jurisdiction KM
    """
    from airshed.cli.allocate import plan as allocate_plan
    from airshed.cli.allocate.send import AllocateSend, send
    from airshed.market.allocation import METHODS
    from airshed.market.sharing.named import NAMED

    if methods:
        allocate_plan.catalogue(json)
        return
    sending = {"--as": actor, "--total": total, "--at": at, "--cut": cut or "", "--windfall": windfall or ""}
    if book:
        own = {"--plan": plan, "--pool": pool, "--reserve": reserve, "--auction": auction, "--baseline": baseline}
        own |= {"--size-kg": size_kg, "--criteria": criteria, "--curves": curves, "--verified": verified}
        _only_with("a calculation, not with --send, which has the law of the book", own)
        asked = (rulebook, region, pollutant or "SO2", jurisdiction, vintage, method, activities)
        send(AllocateSend(book, actor, *asked, total, cut, windfall, at, clock_is_right), json)
        return
    _only_with("--send BOOK", sending)
    if method not in (ALL, *NAMED):
        raise Malformed("--method", f"no such method {method!r}", f"there are {', '.join(NAMED)}, {ALL}")
    if plan and method != ALL:
        raise Malformed("--plan", "goes without --method", "leave one of them out")
    if activities:
        law = {"--rulebook": rulebook, "--zone": region, "--pollutant": pollutant, "--jurisdiction": jurisdiction}
        _only_with("a rulebook, not with --activities", {**law, "--vintage": vintage})
    else:
        own = {"--pool": pool, "--reserve": reserve, "--auction": auction, "--baseline": baseline}
        _only_with("--activities", {**own, "--size-kg": size_kg})
    if plan or method not in (ALL, *METHODS):
        if activities:
            _only_with("the four simplest methods; a plan says it itself", {"--baseline": baseline})
            job = allocate_plan.own_job(Path(activities), _tiers(pool, reserve, auction), _size(size_kg))
        else:
            job = allocate_plan.zone_job(rulebook or RULEBOOK, region, pollutant or "SO2", jurisdiction, vintage)
        if verified and not activities:
            raise Malformed("--verified", "goes only with --activities", "give both")
        known = allocate_plan.known(job, criteria, curves)
        allocate_plan.run(known, *allocate_plan.plan_of(method, plan), explain, json, verified)
        return
    _only_with("a plan, or a method, that gives a part in advance", {"--verified": verified})
    _only_with("a plan, or a method that looks at cities", {"--criteria": criteria, "--curves": curves})
    names = list(METHODS) if method == ALL else [method]
    if activities:
        tasks = [_own(Path(activities), pool, reserve, auction, baseline, size_kg)]
    else:
        tasks = list(_lawful(rulebook or RULEBOOK, region, pollutant or "SO2", jurisdiction, vintage))
    resting(tasks[0].origins)
    if method == ALL:
        names = list(dict.fromkeys((*names, *(task.lawful for task in tasks if task.law))))
    results = [(task, {name: task.by(name) for name in names if _shares(task, name)}) for task in tasks]
    if json:
        as_json({"caps": [_document(task, found) for task, found in results], "origins": tasks[0].origins})
        return
    for task, found in results:
        _print(task, found)
        if explain:
            _explain(task, found)
    if len(results) > 1:
        _print_sectors(results, names)
    say(tasks[0].origins)


def _shares(task: AllocateTask, name: str) -> bool:
    """Whether a task is shared out by a method: by the simple ones, and by the law's own."""
    from airshed.market.allocation import METHODS

    return name in METHODS or name == task.lawful


def _own(path: Path, pool: int | None, reserve: str, auction: str, baseline: str, size_kg: int | None) -> AllocateTask:
    from airshed.rulebook import kinds
    from airshed.zone.activities import read_activities

    known: dict[str, Baseline] = {"": "mean", **{name: name for name in get_args(kinds.Baseline)}}
    tiers, size = _tiers(pool, reserve, auction), _size(size_kg)
    if baseline not in known:
        raise Malformed("--baseline", f"no such baseline {baseline!r}", near(baseline, list(known)[1:]))
    return AllocateTask(path.name, tiers, known[baseline], size, None, read_activities(path))


def _tiers(pool: int | None, reserve: str, auction: str) -> Parts:
    from airshed.market.allocation import parts

    if pool is None or pool < 0:
        raise Malformed("--pool", "--activities needs the allowances to share out", "give --pool N, zero or more")
    if pool > MOST_POOL:
        raise Malformed("--pool", f"{pool} allowances", f"give at most {MOST_POOL:,}")
    return parts(pool, _basis_points("--reserve", reserve), _basis_points("--auction", auction))


def _size(size_kg: int | None) -> int:
    if size_kg is not None and size_kg <= 0:
        raise Malformed("--size-kg", f"{size_kg} kg is no size", "give whole kilograms above zero")
    return size_kg or 1


def _lawful(
    rulebook: str, region: str, pollutant: str, jurisdiction: str, vintage: int | None
) -> Iterator[AllocateTask]:
    from airshed.market.allocation import parts
    from airshed.model.allowance import Series
    from airshed.rulebook import lookup
    from airshed.rulebook.load import find, load
    from airshed.zone.activities import zone_activities
    from airshed.zone.load import of_law
    from airshed.zone.origins import of_benchmarks, of_shares

    rules = load(find(rulebook))
    zone = of_law(rules, region)
    places = [place.code for place in rules.jurisdictions]
    if jurisdiction and jurisdiction not in places:
        raise Malformed("--jurisdiction", f"no such jurisdiction {jurisdiction!r}", near(jurisdiction, places))
    codes = [rule.code for rule in rules.pollutants]
    if pollutant not in codes:
        raise Malformed("--pollutant", f"no such pollutant {pollutant!r}", near(pollutant, codes))
    vintages = sorted({row.vintage for row in rules.caps.rows if row.pollutant == pollutant})
    if not vintages or (vintage is not None and vintage not in vintages):
        there = ", ".join(str(each) for each in vintages) or "none"
        raise Malformed("--vintage", f"{pollutant} has no cap for {vintage or 'any year'}", f"there are {there}")
    origins = (*of_shares(rules, zone), *of_benchmarks(rules, pollutant))
    for place in [jurisdiction] if jurisdiction else places:
        series = Series(pollutant, place, vintage or vintages[0])
        cap = lookup.cap(rules, series)
        if cap is None:
            raise Malformed(f"{rulebook} caps.csv", f"there is no cap for {series}", "add its row")
        law = lookup.local(rules, place).allocation
        tiers = parts(cap, law.reserve_basis_points, law.auction_basis_points)
        rows = zone_activities(zone, rules, pollutant, place)
        yield AllocateTask(str(series), tiers, law.baseline, rules.allowance.size_kg, law, rows, origins)


def _basis_points(option: str, percent: str) -> int:
    points = exact(percent or "0", 100, option, "the part")
    if not 0 <= points <= 10_000:
        raise Malformed(option, f"{percent} percent is no part", "give 0 to 100")
    return points


def _only_with(other: str, given: dict[str, Any]) -> None:
    for option, value in given.items():
        if value not in ("", None):
            raise Malformed(option, f"goes only with {other}", "leave one of them out")


def _whipped(task: AllocateTask, method: str) -> Whipped | None:
    return whipped(task.activities, lambda rows: task.by(method, rows), task.size_kg)


def _document(task: AllocateTask, found: dict[str, Allocation]) -> dict[str, Any]:
    sector = {each.source: each.sector for each in task.activities}
    methods: dict[str, Any] = {}
    for name, result in found.items():
        found_whip = _whipped(task, name)
        methods[name] = {
            "reserved": result.reserved,
            "shares": [
                {
                    "source": share.source,
                    "sector": sector[share.source],
                    "count": share.count,
                    "en": share.en,
                    "zh": share.zh,
                }
                for share in result.shares
            ],
            "whip": None if found_whip is None else found_whip._asdict(),
        }
    return {
        "name": task.name,
        "cap": task.tiers.cap,
        "reserve": task.tiers.reserved,
        "for_auction": task.tiers.for_auction,
        "free": task.tiers.free,
        "rulebook_method": task.lawful or None,
        "methods": methods,
    }


def _print(task: AllocateTask, found: dict[str, Allocation]) -> None:
    tiers = task.tiers
    rest = f"auction {tiers.for_auction:,} + reserve {tiers.reserved:,}"
    title = f"{task.name}: cap {tiers.cap:,} = free {tiers.free:,} + {rest}"
    if task.lawful:
        title += f"; the rulebook says {task.lawful}"
    counts = {name: {share.source: share.count for share in result.shares} for name, result in found.items()}
    rows = [
        (
            each.source + (" (new)" if each.entrant else ""),
            each.sector,
            *(f"{counts[name][each.source]:,}" for name in found),
        )
        for each in task.activities
    ]
    rows.append(("left in reserve", "", *(f"{result.reserved:,}" for result in found.values())))
    rows.append(("for auction", "", *(f"{result.for_auction:,}" for result in found.values())))
    rows.append(("in all", "", *(f"{result.cap:,}" for result in found.values())))
    table(title, ("source", "sector", *(f"{name} #" for name in found)), rows)


def _explain(task: AllocateTask, found: dict[str, Allocation]) -> None:
    for name, result in found.items():
        console.print(f"\n{name}", style="bold")
        for share in result.shares:
            console.print(f"{share.source}  {share.en}\n    {share.zh}")
        early = _whipped(task, name)
        if early:
            say_whip(early)
    console.print()


def _print_sectors(results: Sequence[tuple[AllocateTask, dict[str, Allocation]]], methods: Sequence[str]) -> None:
    totals: dict[str, dict[str, int]] = {}
    for task, found in results:
        sector = {each.source: each.sector for each in task.activities}
        for name, result in found.items():
            for share in result.shares:
                line = totals.setdefault(sector[share.source], dict.fromkeys(methods, 0))
                line[name] += share.count
    rows = [(sector, *(f"{line[name]:,}" for name in methods)) for sector, line in totals.items()]
    table("all jurisdictions, by sector", ("sector", *(f"{name} #" for name in methods)), rows)
