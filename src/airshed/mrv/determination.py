"""Which of several figures of one mass counts: the first method that there is one of, or the largest figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from airshed.model.refusal import Malformed
from airshed.mrv.factors import Estimate, Status, larger

#: A process that has no row of its own.
ANY = "any"


class MethodRule(msgspec.Struct, frozen=True):
    """By which methods the mass of a pollutant may be found, in their order, and which of two figures counts."""

    sector: str
    process: str
    pollutant: str
    methods: tuple[str, ...]
    rule: Literal["first", "larger"]
    cite: str
    status: Status


class Chosen(msgspec.Struct, frozen=True):
    """The figure that counts, and what it was chosen from."""

    method: str
    estimate: Estimate
    rule: MethodRule
    #: The other figures by method, mg, in the order of the rule.
    passed_over: tuple[tuple[str, int], ...]
    #: Methods that a rule of the larger figure asks for and that nobody gave: the answer is then not final.
    lacking: tuple[str, ...]

    @property
    def ahead_mg(self) -> int | None:
        """How much more it is than the largest of the others (less: below zero); None without another."""
        return self.estimate.mass_mg - max(mass for _, mass in self.passed_over) if self.passed_over else None


def rule_of(rules: Sequence[MethodRule], sector: str, process: str, pollutant: str) -> MethodRule | None:
    """The rule of a process, else that of any process of the sector; None where the law is silent."""
    own = {each.process: each for each in rules if each.sector == sector and each.pollutant == pollutant}
    return own.get(process, own.get(ANY))


def choose(rule: MethodRule, figures: Mapping[str, Estimate], place: str = "--other") -> Chosen:
    """The figure that counts under a rule; `Malformed` for a method that it does not admit.

    Of equal figures the one of the earlier method counts.

    >>> mep = MethodRule("steel", "any", "SO2", ("balance", "factor"), "larger", "MEP rules", "to confirm")
    >>> figures = {"factor": Estimate("SO2", 16, None, "16 kg/t", "MEP", "to confirm"),
    ...            "balance": Estimate("SO2", 19, None, "sulphur", "books", "confirmed")}
    >>> choose(mep, figures).method, choose(mep, figures).ahead_mg
    ('balance', 3)
    """
    assert figures, "nothing to choose from"
    for method in figures:
        if method not in rule.methods:
            what = f"{rule.sector} {rule.pollutant} is not found by {method}"
            raise Malformed(place, what, f"there are {', '.join(rule.methods)} ({rule.cite})")
    told = [method for method in rule.methods if method in figures]
    if rule.rule == "larger":
        won = larger([figures[method] for method in told])
        method = next(each for each in told if figures[each].mass_mg == won.mass_mg)
        lacking = tuple(each for each in rule.methods if each not in figures)
    else:
        method, lacking = told[0], ()
        won = figures[method]
    others = tuple((each, figures[each].mass_mg) for each in told if each != method)
    return Chosen(method, won, rule, others, lacking)
