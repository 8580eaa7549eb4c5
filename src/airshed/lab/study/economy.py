"""The zone within its province: area, product and people."""

from __future__ import annotations

from decimal import Decimal

from airshed.lab.study.known import PERCENT, Calculations, Computed, Known, counted, share

#: The jurisdiction of which only some counties belong to the zone.
COUNTIES = "HH"


def _cities(it: Known) -> Computed:
    places = [place.code for place in it.zone.jurisdictions if place.code != COUNTIES]
    return counted(len(places), f"cities {' '.join(places)}")


def _counties(it: Known) -> Computed:
    named = [county[0] for place in it.plan.jurisdictions if place.code == COUNTIES for county in place.counties]
    return counted(len(named), f"counties {' '.join(named)}")


def _criterion(it: Known, name: str) -> Decimal:
    terms = it.zone.criteria
    place = terms.names.index(name)
    return sum((Decimal(str(own[place])) for own in terms.criteria.values()), Decimal(0))


def _a_head(it: Known) -> Computed:
    product, people = it.said("gdp_share"), it.said("people_share")
    inside, outside = product / people, (PERCENT - product) / (PERCENT - people)
    how = f"({product} / {people}) / ({PERCENT - product} / {PERCENT - people})"
    return Computed(round(inside / outside, 2), how)


FIGURES: Calculations = {
    "cities": _cities,
    "counties": _counties,
    "area_share": lambda it: share(it.said("area"), it.beside("province_area")),
    "gdp_share": lambda it: share(_criterion(it, "gdp"), it.beside("province_gdp_2022"), "assumed"),
    "people_share": lambda it: share(_criterion(it, "people"), it.beside("province_people_2022"), "assumed"),
    "gdp_head": _a_head,
}
