"""What a programme comes to, city by city: caps and what was emitted under them, works and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from airshed.compliance.publication import embargoed, public_from
from airshed.engine.nouns import Source
from airshed.engine.procedures.deadlines import surrender_day
from airshed.engine.procedures.obliged import owes_in
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.counted import counted
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.frame import place_name
from airshed.pages.portal.happening import in_column
from airshed.pages.portal.names import works_name
from airshed.registry.accounts import surrendered
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day, running
from airshed.service.forms.articles import article_zh

NOTHING = same("–")


class SeriesCap(NamedTuple):
    """A series: its cap, what was granted of it, and what was emitted in its city in its year."""

    series: str
    pollutant: str
    place: Phrase
    cap: Phrase
    granted: Phrase
    emitted: Phrase
    #: What the figure of emission is.
    basis: Phrase
    #: Emitted of the cap, in percent; None where it is not known, or not public.
    share: int | None
    #: Why more could be emitted than the cap; None where it was not.
    beyond: Phrase | None
    #: The cap in allowances, and what was emitted in milligrams.
    allowances: int
    mass_mg: int | None


class CapYear(NamedTuple):
    """The caps of a vintage."""

    year: int
    rows: Sequence[SeriesCap]


def caps(state: State, rules: Rulebook, at: int, *, public: bool, jurisdiction: str = "") -> list[CapYear]:
    """Caps and progress, the last vintage first; the public sees emission once it is verified and published."""
    by_year: dict[int, list[SeriesCap]] = {}
    for name, cap in state.ledger.caps.items():
        series = Series.parse(name)
        if jurisdiction in ("", series.jurisdiction):
            row = _cap_row(state, rules, series, cap, rules.civil.day_of(at), public=public)
            by_year.setdefault(series.vintage, []).append(row)
    return [CapYear(year, by_year[year]) for year in sorted(by_year, reverse=True)]


class CapMatrix(NamedTuple):
    """A vintage at a glance: of each cap what was emitted, cities down and pollutants across."""

    year: int
    pollutants: Sequence[str]
    #: A city, and its rows in the order of the pollutants; None where there is no cap.
    cities: Sequence[tuple[Phrase, Sequence[SeriesCap | None]]]
    #: What the figures of emission are.
    bases: Sequence[Phrase]

    @property
    def over(self) -> bool:
        """Whether a city emitted more than a cap of its own."""
        return any(row is not None and row.beyond is not None for _, rows in self.cities for row in rows)


def at_a_glance(year: CapYear | None) -> CapMatrix | None:
    """The caps of a vintage, a cell each."""
    if year is None:
        return None
    pollutants = list(dict.fromkeys(row.pollutant for row in year.rows))
    of = {(row.place, row.pollutant): row for row in year.rows}
    cities = dict.fromkeys(row.place for row in year.rows)
    return CapMatrix(
        year.year,
        pollutants,
        [(place, [of.get((place, code)) for code in pollutants]) for place in cities],
        list(dict.fromkeys(row.basis for row in year.rows)),
    )


def telling(years: Sequence[CapYear]) -> CapYear | None:
    """The last year of which something is known beside its cap, or the last."""
    return next((year for year in years if any(row.share is not None for row in year.rows)), next(iter(years), None))


def _cap_row(state: State, rules: Rulebook, series: Series, cap: int, today: str, *, public: bool) -> SeriesCap:
    mine = [
        source
        for source in state.sources.values()
        if source.jurisdiction == series.jurisdiction
        and lookup.owes(rules, source.sector, series.pollutant)
        and owes_in(state, rules, source, series.vintage)
    ]
    granted = sum(grant.count for (_, of), grant in state.grants.items() if of == str(series))
    mass, basis = _emitted(state, rules, mine, series, today, public=public)
    whole = cap * rules.allowance.size_kg * 1_000_000
    share = _percent(mass, whole)
    return SeriesCap(
        str(series),
        series.pollutant,
        place_name(rules, series.jurisdiction),
        in_column(cap, Unit.ALLOWANCES, rules),
        in_column(granted, Unit.ALLOWANCES, rules),
        NOTHING if mass is None else in_column(mass // 1_000_000, Unit.KG, rules),
        basis,
        share,
        _beyond(state, rules, series, today, public=public) if share is not None and share > 100 else None,
        cap,
        mass,
    )


def _percent(mass_mg: int | None, whole_mg: int) -> int | None:
    return None if mass_mg is None or not whole_mg else round(100 * mass_mg / whole_mg)


class ZoneCapRow(NamedTuple):
    """All caps of a pollutant and vintage together, and what was emitted under them."""

    pollutant: str
    cap: Phrase
    emitted: Phrase
    basis: Phrase
    share: int | None
    #: Cities that emitted more than their own cap, with how much of it.
    over: Sequence[tuple[Phrase, int]]


def by_pollutant(rows: Sequence[SeriesCap], rules: Rulebook) -> list[ZoneCapRow]:
    """The caps of a vintage over the whole zone; what was emitted is known once it is of every city."""
    return [
        _zone_cap(pollutant, [row for row in rows if row.pollutant == pollutant], rules)
        for pollutant in dict.fromkeys(row.pollutant for row in rows)
    ]


def _zone_cap(pollutant: str, rows: Sequence[SeriesCap], rules: Rulebook) -> ZoneCapRow:
    masses = [row.mass_mg for row in rows if row.mass_mg is not None]
    cap, mass = sum(row.allowances for row in rows), sum(masses) if len(masses) == len(rows) else None
    lacking = next((row for row in rows if row.mass_mg is None), rows[0])
    return ZoneCapRow(
        pollutant,
        in_column(cap, Unit.ALLOWANCES, rules),
        NOTHING if mass is None else in_column(mass // 1_000_000, Unit.KG, rules),
        lacking.basis,
        _percent(mass, cap * rules.allowance.size_kg * 1_000_000),
        [(row.place, row.share) for row in rows if row.share is not None and row.share > 100],
    )


def _beyond(state: State, rules: Rulebook, series: Series, today: str, *, public: bool) -> Phrase:
    """Why a city may emit more than its cap, and what its works gave up of the vintage from elsewhere."""
    article = rules.trade_rules.cite.partition(";")[0]
    others = rules.trade_rules.crossing != "never"
    whose = ("other cities or of earlier years", "其他城市或以前年度") if others else ("earlier years", "以前年度")
    why = Phrase(
        f"more than the cap: its works also give up allowances of {whose[0]} ({article})",
        f"超出本市总量：企业亦可清缴{whose[1]}的配额（{article_zh(article)}）",
    )
    if public and embargoed(series.vintage, rules.compliance.standing_public_on, today):
        return why
    given = sum(
        position.count
        for (account, name), position in state.ledger.positions.items()
        if account == surrendered(series.jurisdiction) and _elsewhere(Series.parse(name), series)
    )
    amount = in_column(given, Unit.ALLOWANCES, rules)
    en, zh = f"; given up of other cities: {amount.en}", f"；已清缴其他城市配额{amount.zh}"
    return Phrase(why.en + en, why.zh + zh) if given else why


def _elsewhere(held: Series, own: Series) -> bool:
    return (held.pollutant, held.vintage) == (own.pollutant, own.vintage) and held.jurisdiction != own.jurisdiction


def _emitted(
    state: State, rules: Rulebook, mine: Sequence[Source], series: Series, today: str, *, public: bool
) -> tuple[int | None, Phrase]:
    year, code = series.vintage, series.pollutant
    law = rules.compliance.emissions_public_on
    known = [state.years.get((source.id, year)) for source in mine]
    verified = [each.verified_mg.get(code, 0) for each in known if each is not None and each.verified_mg is not None]
    if public and embargoed(year, law, today):
        day = public_from(year, law)
        return None, Phrase(f"public from {day}", f"{day}起公开")
    if mine and len(verified) == len(mine):
        return sum(verified), Phrase("verified", "已核查")
    if public:
        return None, Phrase("not verified yet", "尚未核查")
    mass = days = 0
    for source in mine:
        for stack, measured in source.stacks:
            if code in measured:
                for day, sealed in state.days.get(stack, {}).items():
                    if day.startswith(f"{year}-"):
                        mass += sealed.mass_mg.get(code, 0)
                        days += 1
    if not days:
        return None, Phrase("no sealed day yet", "尚无封存日数据")
    return mass, Phrase(f"measured to date: {counted(days, 'sealed day')}", f"监测至今：{days:,}个封存日")


# --- works


class ListedWorks(NamedTuple):
    """A source in a list."""

    id: str
    name: Phrase
    holder: str
    place: Phrase
    sector: Phrase
    #: Last sealed day of any of its stacks; empty where none is sealed.
    sealed: str
    #: The year that is looked at, and how far it has come.
    year: int
    stage: Phrase
    #: "late", "good" or empty.
    how: str


def works(state: State, rules: Rulebook, at: int, jurisdiction: str = "", *, public: bool) -> list[ListedWorks]:
    """Every source of a city or of the zone, with how far the last year has come.

    The public hears that a year is settled, and how it ended from the day on which the law publishes that.
    """
    today = rules.civil.day_of(at)
    year = _looked_at(state, rules, today)
    sectors = {row.code: Phrase(row.name_en, row.name_zh) for row in rules.sectors}
    found = []
    for source in state.sources.values():
        if jurisdiction not in ("", source.jurisdiction):
            continue
        stage, how = _shown(state, rules, source, year, today, public=public)
        days = [max(state.days[stack]) for stack, _ in source.stacks if state.days.get(stack)]
        found.append(
            ListedWorks(
                source.id,
                works_name(rules, source.id, source.name),
                source.account,
                place_name(rules, source.jurisdiction),
                sectors.get(source.sector, same(source.sector)),
                max(days, default=""),
                year,
                stage,
                how,
            )
        )
    return found


def _shown(state: State, rules: Rulebook, source: Source, year: int, today: str, *, public: bool) -> tuple[Phrase, str]:
    """How far a source's year has come, as somebody may know it: who has given too little is not public at once."""
    stage, how = stage_of(state, rules, source, year, today)
    if not public:
        return stage, how
    if (source.account, year) in state.closed and embargoed(year, rules.compliance.standing_public_on, today):
        return CLOSED, ""
    return (VERIFIED, "") if stage in (OWING, TO_SETTLE) else (stage, how)


def _looked_at(state: State, rules: Rulebook, today: str) -> int:
    """The year before, once the programme has been through one; this year before that."""
    return max(first_year(state, rules, today), running(rules, today) - 1)


def first_year(state: State, rules: Rulebook, today: str) -> int:
    """The first year of a programme: of the first cap of its book or law; the year that runs where there is none."""
    issued = (Series.parse(name).vintage for name in state.ledger.caps)
    return min((*issued, *(row.vintage for row in rules.caps.rows)), default=int(today[:4]))


#: How far a year has come.
CLOSED, TO_SETTLE, OWING, VERIFIED, REPORTED, NOTHING_YET = (
    Phrase("settled", "已结算"),
    Phrase("all given, to settle", "已足额清缴，待结算"),
    Phrase("owed and not given", "未足额清缴"),
    Phrase("verified", "已核查"),
    Phrase("reported", "已报告"),
    Phrase("not reported", "未报告"),
)
EXCLUDED = Phrase("excluded", "已豁免")


def stage_of(state: State, rules: Rulebook, source: Source, year: int, today: str) -> tuple[Phrase, str]:
    """How far a source's year has come, and whether that is late."""
    law = rules.calendar
    if (source.id, year) in state.excluded:
        return EXCLUDED, ""
    if (source.account, year) in state.closed:
        known = state.years.get((source.id, year))
        short = known is not None and any(each.shortfall for each in known.settled.values())
        due = known is not None and any(known.due_fen.values())
        if due:
            return Phrase("settled short, penalty due", "已结算（欠缴，罚款未缴）"), "late"
        return (Phrase("settled short", "已结算（欠缴）"), "") if short else (CLOSED, "good")
    known = state.years.get((source.id, year))
    if known is None or (not known.version and known.verified_mg is None):
        return NOTHING_YET, "late" if today > due_day(rules, year, law.report_by) else ""
    if known.verified_mg is None:
        return REPORTED, "late" if today > due_day(rules, year, law.verify_by) else ""
    if today <= surrender_day(rules, year):
        return VERIFIED, ""
    owing = any(count > known.surrendered.get(code, 0) for code, count in known.obligation.items())
    return (OWING, "late") if owing else (TO_SETTLE, "")


class CityYear(NamedTuple):
    """The calendar of a city: how many of its sources have come how far, how many are late.

    Late is who has not done what is due; that the authority has not settled a year yet makes no works late.
    """

    place: Phrase
    sources: int
    reported: int
    verified: int
    settled: int
    late: int


def calendar(
    state: State, rules: Rulebook, at: int, jurisdiction: str = "", *, public: bool
) -> tuple[int, list[CityYear]]:
    """The year that is looked at, city by city."""
    today = rules.civil.day_of(at)
    year = _looked_at(state, rules, today)
    return year, list(_cities(state, rules, year, today, jurisdiction, public=public))


def _cities(
    state: State, rules: Rulebook, year: int, today: str, jurisdiction: str, *, public: bool
) -> Iterator[CityYear]:
    for row in rules.jurisdictions:
        if jurisdiction not in ("", row.code):
            continue
        mine = [source for source in state.sources.values() if source.jurisdiction == row.code]
        reported = verified = settled = late = 0
        for source in mine:
            known = state.years.get((source.id, year))
            reported += known is not None and known.version > 0
            verified += known is not None and known.verified_mg is not None
            settled += (source.account, year) in state.closed
            late += _shown(state, rules, source, year, today, public=public)[1] == "late"
        if mine:
            yield CityYear(Phrase(row.name_en, row.name_zh), len(mine), reported, verified, settled, late)


def to_settle(state: State, rules: Rulebook, year: int, at: int, among: Sequence[ListedWorks]) -> int:
    """Of how many works the authority can settle a year: verified, and the time to surrender is over."""
    if rules.civil.day_of(at) <= surrender_day(rules, year):
        return 0
    known = [state.years.get((each.id, year)) for each in among if (each.holder, year) not in state.closed]
    return sum(of_year is not None and of_year.verified_mg is not None for of_year in known)
