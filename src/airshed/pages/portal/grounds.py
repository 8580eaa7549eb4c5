"""The grounds of a case in a form: what each is called, what the law lets it cost, and what a notice names of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.happening import amount, ground_of
from airshed.rulebook.breach_sections import ABOUT, SHORTFALL
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.chinese import field_zh

NOTICE = "NoticeCase"
#: Fields of a notice that some grounds ask for and others refuse.
OF_GROUND = (*ABOUT, "evidence")
#: Texts that say why, or what a credit rests on: a command may have them empty, and is then refused.
WHY = ("reason", "item", "answer", "reply", "project")
#: Acts of which only some have to say why.
UNASKED = ("DecideMark",)
#: What stands beside those in place of "may be left out".
DEPENDS = Phrase("(where the ground asks for it)", "（视事由而定）")


def grounds(rules: Rulebook) -> Iterator[tuple[str, Phrase]]:
    """Each ground that a notice may have."""
    by_settlement = Phrase("exactly what the settlement gives", "与结算所定数额一致")
    yield SHORTFALL, _said(ground_of(rules, SHORTFALL), by_settlement, ("pollutant",))
    for row in rules.cases.grounds:
        least, most = (amount(fen, Unit.FEN, rules) for fen in (row.least_fen, row.most_fen))
        between = Phrase(f"{least.en} to {most.en}", f"{least.zh}至{most.zh}")
        yield row.ground, _said(ground_of(rules, row.ground), between, (*(row.about or "").split(), "evidence"))


def first_of(source: str, owners: Mapping[str, str]) -> list[str]:
    """Stacks, those of the source that is named already before all others."""
    return sorted(owners, key=lambda stack: owners[stack] != source)


def _said(name: Phrase, money: Phrase, fields: tuple[str, ...]) -> Phrase:
    chinese = "、".join(field_zh(NOTICE, field) for field in fields)
    return Phrase(f"{name.en}: {money.en}; name {', '.join(fields)}", f"{name.zh}：{money.zh}；须填{chinese}")
