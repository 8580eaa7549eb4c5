"""The tables of credits that count toward an obligation beside allowances, and what they may get wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Share, Status, Step, Year

FILE, LIMITS, TOGETHER = "credits.csv", "credit_limits.csv", "credits_together.csv"


class CreditRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `credits.csv`: a credit for what somebody else did not emit, and how far it counts."""

    #: Short name, part of every series of it: CCER-CN-2024. 代码。
    credit: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.]{1,8}\Z", examples=["CCER"])]
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: Pollutant whose obligation it counts for. 抵销的污染物。
    pollutant: str
    #: Most that it may cover of what is owed for a year, or for a control period so far, in hundredths of a percent.
    #: 抵销比例上限。
    limit_basis_points: Share
    #: How many earlier vintages count beside that of the period; 100 is every one there can be: they never expire.
    #: 可用的以前年份数。
    vintages_back: Annotated[int, Meta(ge=0, le=100)]
    #: When it goes where no serials are named: before allowances ("first"), after them ("last"), or never ("named").
    #: 清缴使用顺序。
    use: Literal["first", "last", "named"]
    #: Price around which the first session's band lies, in fen per tonne. 参考价。
    reference_fen_per_t: Step
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class CreditLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `credit_limits.csv`: how much of an obligation a credit may cover from a year on."""

    #: Code of the credit. 信用代码。
    credit: str
    #: First year of which it is so; of several rows the newest that begins in the year or before holds. 起始年度。
    period: Year
    #: Most that it may cover, in hundredths of a percent; 0 where it counts no more. 抵销比例上限。
    limit_basis_points: Share
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class CreditsTogether(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `credits_together.csv`: how much of an obligation several credits may cover together."""

    #: Codes of the credits with blanks between them, always in one order. 抵销信用。
    credits: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.]{1,8}( [A-Za-z0-9.]{1,8})+\Z", examples=["CCER VER"])]
    #: First year of which it is so; of the rows of the same credits the newest that begins in the year or before holds.
    #: 起始年度。
    period: Year
    #: Most that they may cover together, in hundredths of a percent. 合计抵销比例上限。
    limit_basis_points: Share
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status

    @property
    def codes(self) -> tuple[str, ...]:
        """The credits that it is about."""
        return tuple(self.credits.split())


def together_faults(
    rows: Sequence[CreditsTogether], lines: Sequence[int], credits: Sequence[CreditRow]
) -> Iterator[Malformed]:
    """Credits that there are not, twice in a row, or for several pollutants, and rows that stand twice."""
    of = {row.credit: row.pollutant for row in credits}
    seen: dict[tuple[str, int], int] = {}
    for line, row in zip(lines, rows, strict=True):
        place = f"{TOGETHER} line {line}, column credits"
        unknown = [code for code in row.codes if code not in of]
        for code in unknown:
            yield Malformed(place, f"no such credit {code!r}", near(code, list(of)))
        if len(set(row.codes)) < len(row.codes):
            yield Malformed(place, f"{row.credits} names a credit twice", "name each once")
        elif not unknown and len({of[code] for code in row.codes}) > 1:
            what = f"{row.credits} count for several pollutants"
            yield Malformed(place, what, "write a row for those of one pollutant")
        if (row.credits, row.period) in seen:
            what = f"{row.credits} {row.period} stands in line {seen[row.credits, row.period]} already"
            yield Malformed(f"{TOGETHER} line {line}", what, "keep one")
        seen.setdefault((row.credits, row.period), line)


def credit_faults(
    credits: Sequence[CreditRow],
    limits: Sequence[CreditLimit],
    lines: Mapping[str, Sequence[int]],
    pollutants: Sequence[str],
    void_years: int | None,
    replace_days: int | None,
    *,
    issues: bool,
    voids: bool,
) -> Iterator[Malformed]:
    """Codes that stand twice, are those of a pollutant or of nothing, and credits that nobody may issue or void."""
    codes = [row.credit for row in credits]
    for number, (line, row) in enumerate(zip(lines.get(FILE, ()), credits, strict=True)):
        if row.credit in codes[:number] or row.credit in pollutants:
            of = "a pollutant" if row.credit in pollutants else "a line above"
            yield Malformed(f"{FILE} line {line}, column credit", f"{row.credit!r} is that of {of}", "give it another")
        if row.pollutant not in pollutants:
            what = f"no such pollutant {row.pollutant!r}"
            yield Malformed(f"{FILE} line {line}, column pollutant", what, near(row.pollutant, pollutants))
    for line, each in zip(lines.get(LIMITS, ()), limits, strict=True):
        if each.credit not in codes:
            what = f"no such credit {each.credit!r}"
            yield Malformed(f"{LIMITS} line {line}, column credit", what, near(each.credit, codes))
    yield from _voiding(credits, void_years, replace_days, voids=voids)
    if credits and not issues:
        what = f"{FILE} has credits, and nobody may send IssueCredits"
        yield Malformed("roles.csv", what, "give it to a role, or leave the file out")


def _voiding(
    credits: Sequence[CreditRow], void_years: int | None, replace_days: int | None, *, voids: bool
) -> Iterator[Malformed]:
    """Years without days or days without years, of no credits, or with nobody to find them void."""
    place = "rulebook.toml [compliance]"
    if (void_years is None) != (replace_days is None):
        said, lacks = ("credits_void_years", "credits_replace_days")[:: -1 if void_years is None else 1]
        yield Malformed(place, f"{said} stands without {lacks}", "write both, or neither")
    elif void_years is not None and not credits:
        yield Malformed(place, f"credits_void_years stands without {FILE}", "leave it out, or add the file")
    elif void_years is not None and not voids:
        what = "credits_void_years stands, and nobody may send VoidCredits"
        yield Malformed(place, what, "give it to a role in roles.csv, or leave the key out")
