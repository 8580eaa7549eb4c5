"""The contents of a law as a page lists them: its sections by what they are about, each by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from airshed.pages.kit.words import Phrase
from airshed.rulebook.chinese import SECTIONS

#: Sections by what they are about, in the order in which a reader needs them.
_SUBJECTS: Sequence[tuple[Phrase, str]] = (
    (
        Phrase("The programme", "计划与基本概念"),
        "programme currency allowance jurisdictions sectors pollutants calendar compliance",
    ),
    (
        Phrase("Caps and allocation", "总量与分配"),
        "caps allocation benchmarks paid_allocation sale_prices instalments new_entrants reserve reverse_auction "
        "repurchase terms withdrawal withdrawal_grounds withholding",
    ),
    (
        Phrase("The market", "交易"),
        "auction sealing trading trade_rules transactions zone_call receptors transfer ratios price_index pledge lease",
    ),
    (
        Phrase("Monitoring and reports", "监测与报告"),
        "monitoring part75 manual_tests quality_tests methods marks reporting limits applicability",
    ),
    (Phrase("What is owed", "清缴与处罚"), "banking shortfall cases late_payment"),
    (Phrase("Who does what", "人员与权限"), "people founders roles reading may_vary variations"),
)
#: Names in English that the name of the section does not make.
_ENGLISH: Mapping[str, str] = {
    "part75": "Substitution by US 40 CFR part 75",
    "may_vary": "What jurisdictions may set themselves",
    "people": "Roles of people",
    "roles": "Who sends what",
    "reading": "Who reads what",
}


class Subject(NamedTuple):
    """Sections about one thing."""

    name: Phrase
    sections: Sequence[tuple[str, Phrase]]


def section_name(section: str) -> Phrase:
    """What a section is called.

    >>> section_name("part75").en, section_name("late_payment").en
    ('Substitution by US 40 CFR part 75', 'Late payment')
    """
    return Phrase(_ENGLISH.get(section) or section.replace("_", " ").capitalize(), SECTIONS[section])


def contents() -> list[Subject]:
    """Every section under its subject."""
    return [Subject(name, [(each, section_name(each)) for each in text.split()]) for name, text in _SUBJECTS]
