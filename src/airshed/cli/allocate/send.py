"""`airshed allocate --send`: what the law of a book shares out, previewed, confirmed by its total, and sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from airshed.cli.refused import plain_refusal
from airshed.cli.show import as_json, console, lines, showing
from airshed.model.measures import tonnes
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airshed.engine import commands as c
    from airshed.engine.runner import Answer
    from airshed.engine.state import State
    from airshed.rulebook.schema import Rulebook
    from airshed.service.book.preview import Foreseen


class AllocateSend(NamedTuple):
    """What is to be shared out, in which book, by whom, and what of it has been confirmed."""

    book: str
    actor: str
    rulebook: str
    zone: str
    pollutant: str
    jurisdiction: str
    vintage: int | None
    method: str
    activities: str
    total: str
    cut: bool
    windfall: bool
    at: str
    sure: bool


def send(job: AllocateSend, json: bool) -> None:
    """Preview the allocation; send it when its total, and what is unusual about it, is confirmed."""
    from airshed.cli.book.answers import instant_or_now, instant_to_write, receipt, say_waiting
    from airshed.cli.book.preview import say_figures, say_foreseen, say_unwritten
    from airshed.service.book.addressed import to_read, to_write
    from airshed.service.book.once import once
    from airshed.service.book.preview import foresee
    from airshed.service.book.snapshot import resume
    from airshed.service.forms.measures import Terms

    if not job.actor:
        raise Malformed("--send", "does not say who allocates", "give --as ACTOR")
    with showing(to_write(job.book) if job.total else to_read(job.book)) as opened:
        runner = resume(opened)
        rules, terms, ends = runner.rules, Terms.of(runner.rules), runner.state.seq
        when = instant_to_write(runner.state, job.at, job.sure) if job.total else instant_or_now(job.at, rules.civil)
        wishes = [once(runner, job.actor, body, when) for body in _bodies(job, runner.state, rules)]
        fresh = [wish.command for wish in wishes if wish.earlier is None]
        found = list(foresee(runner, fresh, when))
        if not json:
            for wish in wishes:
                if wish.earlier is not None:
                    lines(f"record {wish.earlier.seq} answered this already; nothing new is written 已有答复")
            say_foreseen(found)
            say_figures(found, rules.currency.name_en)
        refused = next((each for each in found if each.record.refusal or each.then), None)
        if not fresh:
            _end(json, sent=0, total=0)
            return
        if refused is not None and not json:
            say_unwritten(ends)
            return
        given = sum(share.count - share.made_up for each in found if each.sharing for share in each.sharing.awards)
        if job.total and refused is None:
            _confirmed(job, found, given, terms.size_kg)
            writer = resume(opened)
            answers = writer.send_all([(each.command, when) for each in found])
        else:
            writer, answers = runner, []
    if json:
        for each in found:
            as_json(
                {
                    "do": "Allocate",
                    "sharing": each.sharing,
                    "refusal": plain_refusal(each.record.refusal or each.then),
                    "waits": each.waits,
                }
            )
        records = [answer.seq for answer in answers]
        as_json({"total": given, "sent": len(answers), "records": records, "acts": _acts(answers)})
        return
    said = f"{tonnes(given * terms.size_kg)} t"
    console.print(f"in all {said} go to sources 合计分配")
    if not answers:
        flags = " ".join(_flags(found))
        console.print(f"send it with 确认发送: --total '{said}'{' ' + flags if flags else ''}")
        say_unwritten(ends)
        return
    lines(receipt(answers))
    say_waiting(answers, writer, str(job.book))


def _end(json: bool, *, sent: int, total: int) -> None:
    if json:
        as_json({"total": total, "sent": sent, "records": [], "acts": []})


def _acts(answers: Sequence[Answer]) -> list[int]:
    from airshed.service.book.entering import waiting_acts

    return waiting_acts(answers)


def _bodies(job: AllocateSend, state: State, rules: Rulebook) -> list[c.Allocate]:
    """A command for each city: all that the law caps of a pollutant and vintage, or the one that is named."""
    from airshed.cli.book.enter import same_law
    from airshed.engine import commands as c
    from airshed.rulebook import lookup

    same_law(rules, job.rulebook)
    codes = [rule.code for rule in rules.pollutants]
    if job.pollutant not in codes:
        raise Malformed("--pollutant", f"no such pollutant {job.pollutant!r}", near(job.pollutant, codes))
    caps = [row for row in rules.caps.rows if row.pollutant == job.pollutant]
    vintages = sorted({row.vintage for row in caps})
    vintage = vintages[0] if job.vintage is None and vintages else job.vintage
    places = [row.jurisdiction for row in caps if row.vintage == vintage]
    if vintage is None or not places:
        raise Malformed("--vintage", f"{job.pollutant} has no cap for {vintage}", f"there are {vintages}")
    if job.jurisdiction and job.jurisdiction not in places:
        raise Malformed("--jurisdiction", f"no cap of {job.jurisdiction!r}", near(job.jurisdiction, places))
    chosen = [job.jurisdiction] if job.jurisdiction else places
    for place in chosen:
        law = lookup.local(rules, place).allocation.method
        if job.method not in ("all", law):
            what = f"the law of the book shares {place} out by {law}, not by {job.method}"
            raise Malformed("--method", what, "leave it out; another method is another law (airshed rules copy)")
    return [
        c.Allocate(job.pollutant, place, vintage, lines, details=details)
        for place in chosen
        for lines, details in [_lines(job, state, rules, place)]
    ]


def _lines(
    job: AllocateSend, state: State, rules: Rulebook, place: str
) -> tuple[tuple[c.ActivityLine, ...], tuple[c.ActivityDetail, ...]]:
    """The baseline of the sources of a city, and what a method may ask beside: of one's own table, or of the zone."""
    from airshed.engine import commands as c
    from airshed.service.book.entering import real_for
    from airshed.zone.activities import activity_details, activity_lines, detail_of, read_activities
    from airshed.zone.load import of_law

    if not job.activities:
        zone = of_law(rules, job.zone)
        real_for(zone, job.zone or rules.programme.zone, state)
        asked = (zone, rules, job.pollutant, place)
        return activity_lines(*asked), activity_details(*asked)
    found: list[c.ActivityLine] = []
    details: list[c.ActivityDetail] = []
    for row in read_activities(Path(job.activities)):
        if row.source not in state.sources:
            cure = near(row.source, state.sources)
            raise Malformed(job.activities, f"{row.source} is no source of the book", cure)
        if state.sources[row.source].jurisdiction != place:
            continue
        if None in row.emitted_kg or None in row.output:
            raise Malformed(job.activities, f"{row.source} has a year that is not verified", "leave the year out")
        emitted = tuple(each for each in row.emitted_kg if each is not None)
        output = tuple(each for each in row.output if each is not None)
        found.append(c.ActivityLine(row.source, row.years, emitted, output, row.entrant))
        details.append(detail_of(row))
    return tuple(found), tuple(each for each in details if each != c.ActivityDetail(each.source))


def _flags(found: Sequence[Foreseen]) -> list[str]:
    """What is unusual about an allocation, as the options that confirm it."""
    shares = [each.sharing for each in found if each.sharing is not None]
    cut = any(each.pool < each.claimed_kg or each.entrants_claimed_kg > each.reserve for each in shares)
    return ["--cut"] * cut + ["--windfall"] * any(each.above for each in shares)


def _confirmed(job: AllocateSend, found: Sequence[Foreseen], given: int, size_kg: int) -> None:
    """`Malformed` where the total is another, or the pool does not fit the claims and nobody said so."""
    from airshed.model.measures import Unit
    from airshed.service.forms.measures import ANY_LAW, read

    total = read(job.total, Unit.ALLOWANCES, ANY_LAW._replace(size_kg=size_kg), "--total")
    if total != given:
        what = f"{job.total} was confirmed, and {tonnes(given * size_kg)} t would go to sources"
        raise Malformed("--total", what, "look at the preview again; nothing was written")
    for each in found:
        sharing = each.sharing
        if sharing is None:
            continue
        claims = sharing.claimed_kg
        if not job.cut and sharing.pool < claims:
            what = (
                f"{sharing.series}: the pool of {tonnes(sharing.pool)} t is too small for claims of {tonnes(claims)} t"
            )
            raise Malformed("--cut", what, "say --cut if all are to be cut; nothing was written")
        if not job.cut and sharing.entrants_claimed_kg > sharing.reserve:
            entrants, reserve = tonnes(sharing.entrants_claimed_kg), tonnes(sharing.reserve)
            what = f"{sharing.series}: the reserve of {reserve} t is too small for new entrants, who claim {entrants} t"
            raise Malformed("--cut", what, "say --cut if they are to be cut; nothing was written")
        if not job.windfall and sharing.above:
            what = f"{sharing.series}: the pool is {tonnes(sharing.above)} t above all claims of {tonnes(claims)} t"
            raise Malformed("--windfall", what, "say --windfall if all are to get more than they claim")
