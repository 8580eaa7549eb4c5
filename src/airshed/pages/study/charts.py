"""The charts of the study's page: CO2 of the province as printed and as computed, and the cement that it made."""

from __future__ import annotations

from airshed.lab.study.answers import StudyAnswer
from airshed.lab.study.cement import TEN_KT_IN_MT
from airshed.lab.study.power import PEAK, coal_co2_mt
from airshed.pages.kit.colours import ALARM, DEEP, QUIET_BLUE, SILVER
from airshed.pages.kit.figures import Figure, bars, columns, figure, line, mark, points, values
from airshed.pages.kit.words import Phrase

COAL = Phrase("raw coal by the IPCC's coefficient, computed here", "原煤按IPCC系数计算（本系统）")
OTHER = Phrase("another inventory, with the lime of cement", "另一清单（含水泥工艺排放）")
PRINTED = Phrase("the study's peak, as printed", "研究所载峰值")


def co2(study: StudyAnswer) -> Figure:
    """Another inventory by year, our coal where its use is known, and the printed peak."""
    years = [each.year for each in study.rows.province]
    mt = {year: co2 for year in years if (co2 := coal_co2_mt(study.known, year)) is not None}
    peak = float(study.known.said("co2_2012"))
    return figure(
        [
            line(
                [[each.year, float(each.co2_mt)] for each in study.rows.province],
                SILVER,
                name=OTHER,
                said=[Phrase(f"{OTHER.en}, {{x}}: {{y:1}} Mt", f"{OTHER.zh}，{{x}}：{{y:1}} Mt")],
            ),
            line(
                [[year, round(float(each), 1)] for year, each in mt.items()],
                DEEP,
                name=COAL,
                dots=6,
                said=[Phrase(f"{COAL.en}, {{x}}: {{y:1}} Mt", f"{COAL.zh}，{{x}}：{{y:1}} Mt")],
            ),
            points(
                [mark([PEAK, peak], [PRINTED, Phrase(f"{peak:g} Mt in {PEAK}", f"{PEAK}年 {peak:g} Mt")])],
                ALARM,
                name=PRINTED,
            ),
        ],
        x=values(min=years[0], max=years[-1], minInterval=1, axisLabel={"formatter": "{value}"}),
        y=values("Mt CO2", min=0),
        legend={},
        grid={"top": 28, "bottom": 34},
        tooltip={"trigger": "axis"},
    )


def cement(study: StudyAnswer) -> Figure:
    """Cement by year."""
    made = {each.year: round(float(each.cement_10kt / TEN_KT_IN_MT), 1) for each in study.rows.province}
    return figure(
        [
            bars(
                [
                    mark(each, [Phrase(f"{year}: {each:,.1f} Mt", f"{year}年：{each:,.1f} Mt")])
                    for year, each in made.items()
                ],
                QUIET_BLUE,
            )
        ],
        x=columns(str(year) for year in made),
        y=values(Phrase("Mt of cement", "水泥（百万吨）"), min=0),
    )
