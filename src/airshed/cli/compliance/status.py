"""`airshed compliance status`: where sources stand, event by event, for a file of stories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.json_cases import LARGEST_COUNT, LARGEST_YEAR, FilePart, read_cases, shown
from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table

if TYPE_CHECKING:
    from airshed.compliance.status import Convention, Standing

BEGINS, ASKS = "init", "status_as_of"
#: What each event says beside its name and its date: a year, a count; a last year and a figure may be null.
YEAR_OF = {
    "verified_emissions": "year",
    "exclude": "year",
    "unexclude": "year",
    "set_first_year": "year",
    "set_last_year": "year",
    "change_year": "year",
}
COUNT_OF = {"verified_emissions": "tonnes", "surrender": "amount", "surrender_reversal": "amount"}
#: Every key that a step may have; which of them its event reads stands above.
KEYS = ("event", "date", "expect", "first_year", "last_year", "current_year", "year", "tonnes", "amount")
MAY_BE_NULL = {("set_last_year", "year"), ("verified_emissions", "tonnes")}


def status(
    stories: Annotated[
        str, typer.Argument(metavar="STORIES.json", help="JSON: a list of stories, or one under the key scenarios.")
    ],
    convention: Annotated[str, typer.Option(help="uk: as the UK registry counts; strict: as a book here does.")] = "uk",
    json: Json = False,
) -> None:
    """Where a source stands over all its years, after each event of its story: A, B, C, excluded. 累计履约状态。

    A story has steps. The first event is init (first_year, last_year, current_year); then verified_emissions (year,
    tonnes), surrender and surrender_reversal (amount), exclude and unexclude, set_first_year, set_last_year and
    change_year (year), status_as_of (date). What cannot be is refused with its reason and the convention that says so,
    and changes nothing. What the UK registry takes though it cannot be (a last year before the first, a year excluded
    twice, a second init) is taken under uk and said as doubtful; strict refuses it. Where a step has a key expect, what
    differs is named, and the exit status is 1.

    Example: airshed compliance status stories.json --json
    """
    from airshed.compliance.status import CONVENTIONS

    law = CONVENTIONS[FilePart("--convention", convention).one_of(tuple(CONVENTIONS))]
    told = [(story, _told(story, law)) for story in read_cases(stories, "scenarios")]
    wrong = [each for _, steps in told for step in steps for each in step.get("differs", ())]
    if json:
        for number, (story, steps) in enumerate(told):
            as_json({"story": number, **_names(story), "steps": steps})
    else:
        _print(told, wrong)
    if wrong:
        raise typer.Exit(1)


def _print(told: list[tuple[FilePart, list[dict[str, Any]]]], wrong: list[str]) -> None:
    rows = []
    for number, (story, steps) in enumerate(told):
        refused = sum("refused" in step for step in steps)
        last = next((step["status"] for step in reversed(steps) if "status" in step), "")
        rows.append((number, " ".join(_names(story).values()), len(steps), refused, last))
    table("", ("story#", "title", "events 事件#", "refused 拒绝#", "status 状态"), rows)
    for number, (_, steps) in enumerate(told):
        for step in steps:
            if "refused" in step:
                console.print(f"refused 拒绝: story {number}, {step['event']}: {step['refused']} ({step['cite']})")
            if "unread" in step:
                keys = ", ".join(step["unread"])
                console.print(f"not read 未读取: story {number}, {step['event']}: {keys} (no key of that event)")
            if "doubtful" in step:
                console.print(f"taken, doubtful 存疑: story {number}, {step['event']}: {step['doubtful']}")
    for each in wrong:
        console.print(f"stated otherwise 不一致: {each}")
    stated = sum(len(step.get("expect", ())) for _, steps in told for step in steps)
    if stated:
        console.print(f"{stated - len(wrong)} of {stated} stated statuses agree 一致")


def _names(story: FilePart) -> dict[str, str]:
    held = story.value if isinstance(story.value, dict) else {}
    return {key: held[key] for key in ("suite", "title") if isinstance(held.get(key), str)}


def _told(story: FilePart, law: Convention) -> list[dict[str, Any]]:
    from airshed.compliance.status import EVENTS

    standing: Standing | None = None
    seen: list[tuple[datetime, dict[str, str]]] = []
    steps = []
    for part in story.parts("steps"):
        event = part.at("event").one_of((BEGINS, *EVENTS, ASKS))
        part.only(KEYS)
        step: dict[str, Any] = {"event": event}
        unread = [key for key in KEYS if part.has(key) and key not in _read_by(event)]
        if unread:
            step["unread"] = unread
        if event != BEGINS and standing is None:
            part.at("event").wrong(f"{event} comes before {BEGINS}", f"begin the story with {BEGINS}")
        if event == ASKS:
            step |= _as_of(part.at("date").moment(), seen)
        else:
            why_not, doubtful = None, None
            if event == BEGINS:
                begun, begins = standing, _begun(part, law)
                doubtful = _twice(begins) if begun is not None else _backwards(begins)
                if law.strict and doubtful is not None:
                    if begun is None:
                        part.at("last_year").wrong(doubtful, "give a last year that is not before the first")
                    why_not, doubtful = doubtful, None
                else:
                    standing, seen = begins, []
            else:
                assert standing is not None
                figures = _figures(part, event)
                doubtful = None if law.strict else EVENTS[event](standing.strictly(), *figures)
                why_not = EVENTS[event](standing, *figures)
            assert standing is not None
            if why_not is not None:
                step |= {"refused": why_not, "cite": law.cite}
            elif doubtful is not None:
                step["doubtful"] = doubtful
            now = {"status": standing.status.name, "main_status": standing.main.name}
            if why_not is None and part.has("date"):
                seen.append((part.at("date").moment(), now))
            step |= now
        if part.has("expect"):
            step |= _held(part.at("expect"), step)
        steps.append(step)
    return steps


def _read_by(event: str) -> tuple[str | None, ...]:
    """The keys that an event reads."""
    own = ("first_year", "last_year", "current_year") if event == BEGINS else (YEAR_OF.get(event), COUNT_OF.get(event))
    return ("event", "date", "expect", *own)


def _begun(part: FilePart, law: Convention) -> Standing:
    from airshed.compliance.status import Standing

    last = part.at("last_year").year() if part.has("last_year") else None
    return Standing(part.at("first_year").year(), last, part.at("current_year").year(), law)


def _twice(standing: Standing) -> str:
    return f"the source is there already; a story has one {BEGINS}" + (
        f"; {why}" if (why := _backwards(standing)) else ""
    )


def _backwards(standing: Standing) -> str | None:
    if standing.last is None or standing.last >= standing.first:
        return None
    return f"the last year, {standing.last}, is before the first, {standing.first}"


def _figures(part: FilePart, event: str) -> tuple[int | None, int | None]:
    found: list[int | None] = []
    for keys, most in ((YEAR_OF, LARGEST_YEAR), (COUNT_OF, LARGEST_COUNT)):
        key = keys.get(event)
        value = part.at(key) if key else None
        if value is None or (value.value is None and (event, key) in MAY_BE_NULL):
            found.append(None)
        else:
            found.append(value.whole(-most, most))
    year, count = found
    return year, count


def _as_of(date: datetime, seen: list[tuple[datetime, dict[str, str]]]) -> dict[str, str]:
    """What stood at the last moment before a date; of several events at one moment, what the first of them made."""
    before = [(at, now) for at, now in seen if at < date]
    if not before:
        return {"refused": f"nothing is known before {date.isoformat()}; ask for a later date"}
    _, now = max(before, key=lambda entry: entry[0])
    return {"as_of_main_status": now["main_status"], "as_of_dynamic_status": now["status"]}


def _held(expect: FilePart, step: Mapping[str, Any]) -> dict[str, Any]:
    stated = expect.value if isinstance(expect.value, dict) else {"status": expect.value}
    differs = []
    for key, value in stated.items():
        reckoned = step.get(key) if isinstance(value, str) else key in step
        if reckoned != (value.upper() if isinstance(value, str) else value):
            differs.append(f"{expect.place}.{key}: {shown(value)}, reckoned {shown(reckoned)}")
    return {"expect": stated, "agrees": not differs, **({"differs": differs} if differs else {})}
