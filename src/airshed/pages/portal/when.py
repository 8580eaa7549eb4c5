"""When what is refused now can be done: the day that the law's calendar has for it."""

from __future__ import annotations

from airshed.model.refusal import Why
from airshed.pages.kit.words import Phrase, same
from airshed.rulebook.schema import Rulebook


def when(why: Why, detail: str, written: str, rules: Rulebook) -> Phrase:
    """From which day, of a refusal of the year that is written; empty where no day makes it possible.

    >>> from airshed.rulebook.load import find, load
    >>> when(Why.TOO_EARLY, "2028 is not over", "2028", load(find("dianzhong"))).zh
    '自2029-01-01起可以办理。'
    """
    if not written.isdecimal() or len(written) != 4:
        return same("")
    year, law = int(written), rules.calendar
    if why is Why.NOT_VERIFIED:
        report, verified = f"{year + 1}-{law.report_by}", f"{year + 1}-{law.verify_by}"
        return Phrase(
            f"{year} is reported until {report} and verified until {verified}; once it is verified, this can be done.",
            f"{year}年度报告截止{report}，核查截止{verified}；核查通过后可以办理。",
        )
    first = {f"{year} is not over": year + 1, f"{year} has not begun": year}.get(detail)
    if why is Why.TOO_EARLY and first is not None:
        return Phrase(f"It can be done from {first}-01-01 on.", f"自{first}-01-01起可以办理。")
    return same("")
