"""Map, works, open data, monitoring, notices: what is public from which day, and what hours beside a book tell."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest

from airshed.engine.commands import PlaceOrder, RegisterActor
from airshed.engine.events import MarkReverted, SourceRegistered, Surrendered
from airshed.engine.nouns.people import Source
from airshed.engine.state import State
from airshed.engine.tables import TABLES
from airshed.market.tape import EXCHANGE_KINDS
from airshed.model.allowance import SerialBlock, Strip
from airshed.mrv import states
from airshed.mrv.year import StackYear
from airshed.pages.kit.html import environment
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal import downloads, map_content, map_emitted, map_kept, zone_map
from airshed.pages.portal.assets import assets
from airshed.pages.portal.calendar import dates
from airshed.pages.portal.choices import strips
from airshed.pages.portal.downloads import SHAPES
from airshed.pages.portal.frame import WORTH_PACKING
from airshed.pages.portal.happening import happenings
from airshed.pages.portal.hours import Hours, lost, monitors_of, over_by_month, read, read_once, stack_year, stood_in
from airshed.pages.portal.map_content import MEASURES, Wanted
from airshed.pages.portal.names import firm_name, works_name
from airshed.pages.portal.notices import HEARD
from airshed.pages.portal.office import reports
from airshed.pages.portal.one_series import SeriesDay, days_of
from airshed.pages.portal.one_works import open_years
from airshed.pages.portal.open_data import shapes, tables_for, views
from airshed.pages.portal.overview import SeriesCap, _looked_at, caps
from airshed.pages.portal.shown import VIEWS
from airshed.pages.portal.tables_zh import COLUMNS, SHOWS, TYPES, UNITS, column_zh
from airshed.pages.portal.ways import PORTAL
from airshed.registry.accounts import TREASURY, surrendered
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.row_records import RowRecords
from airshed.service.forms.form import BODIES
from airshed.service.http.receipts import Busy
from airshed.service.http.viewer import Viewer
from airshed.service.marketdata.reading import Market
from airshed.zone.monitoring import monitoring_rules
from beijing import clock, instant
from browsers import LARGEST_FILE
from laws import RULES
from markets import AUTHORITY, REGISTRAR, market
from portals import Portal, hidden, portal, text_of
from services import market_book

#: Tables of how things stand, with columns whose words stand in the record that wrote a row last.
WRITTEN = {
    **{"years": "source", "register_accounts": "account", "sealed_days": "stack day", "works": "source"},
    **{"auctions": "auction", "caps": "series", "fines": "source"},
}
STACK, WORKS, FIRM = "KM-CEM-01-A", "KM-CEM-01", "km-cem-01"
HOURS = 8760
#: An hour in May that reads far over its limit, and a gap of ten hours in June.
OVER, GAP = 24 * 130, 24 * 160
KG = 50


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hours of one pollutant of a stack, as a monitoring host leaves them."""
    begin = datetime(2027, 1, 1)
    mass, status, why, reads = [KG * 10**6] * HOURS, [states.MEASURED] * HOURS, [0] * HOURS, [80.0] * HOURS
    reads[OVER : OVER + 3] = [5_000.0] * 3
    for hour in range(GAP, GAP + 10):
        mass[hour], status[hour], why[hour], reads[hour] = 90 * 10**6, states.SUBSTITUTED, states.NO_FRAME, float("nan")
    folder = tmp_path_factory.mktemp("year") / "hours"
    folder.mkdir()
    frame = pl.DataFrame(
        {
            "hour": pl.Series([begin + timedelta(hours=hour) for hour in range(HOURS)], dtype=pl.Datetime("ms")),
            "pollutant": ["SO2"] * HOURS,
            "status": pl.Series(status, dtype=pl.UInt8),
            "why": pl.Series(why, dtype=pl.UInt8),
            "mass_mg": mass,
            "mg_m3": reads,
            "oxygen_percent": [10.0] * HOURS,
            "raw_status": pl.Series(
                [states.MISSING if each == states.SUBSTITUTED else each for each in status], dtype=pl.UInt8
            ),
        }
    )
    frame.write_parquet(folder / f"{STACK}.parquet")
    return folder


@pytest.fixture(scope="module")
def year(year_book: Path, hours: Path) -> Iterator[Portal]:
    book = hours.with_name("year.book")
    shutil.copyfile(year_book, book)
    with portal(book, demo_users=True, at=None) as found:
        yield found


def test_the_map_that_comes_first_is_drawn_before_anybody_comes(year: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first who looked waited for it, and for the hours of all stacks to be read."""
    year.loop.run_until_complete(zone_map.drawn_before_anybody_comes(year.running.service))

    def late(*words: object) -> None:
        raise AssertionError("it is drawn while somebody waits")

    monkeypatch.setattr(map_kept, "mapped", late)
    for measure in MEASURES:
        assert "<svg" in year.stranger().get(f"/map?measure={measure}").text


def test_the_map_adds_up_to_the_sealed_days_and_what_was_declared_beside_them(year: Portal) -> None:
    """What no monitor sees is declared at the year's end: with it the map says what the caps page says."""

    def look(market: Market, rules: Rulebook) -> tuple[int, int, int]:
        state = market.state
        sources = [source for source in state.sources.values() if source.jurisdiction == "KM"]
        sealed = sum(
            day.mass_mg.get("SO2", 0)
            for source in sources
            for stack, names in source.stacks
            if "SO2" in names
            for day in state.days[stack].values()
        )
        years = [state.years[source.id, 2027] for source in sources if (source.id, 2027) in state.years]
        declared = sum(each.declared_mg.get("SO2", 0) for each in years)
        return sealed, declared, sum((each.verified_mg or {}).get("SO2", 0) for each in years)

    sealed, declared, verified = year.loop.run_until_complete(year.running.service.market.look(look))
    page = text_of(year.stranger().get("/map?pollutant=SO2&year=2027"))
    assert declared > 0
    assert f"Declared at the year's end {declared / 1e9:,.1f}" in page
    assert f"Year {verified / 1e9:,.1f}" in page
    assert abs(sealed + declared - verified) < verified / 100
    assert "By city (t)" in page
    raw = year.stranger().get("/map?pollutant=SO2&year=2027").text
    assert f'<a href="/works/{WORKS}">' in raw, "without a mouse"
    assert f'"href":"/works/{WORKS}"' in raw.replace(": ", ":"), "and with one"


def test_a_year_that_was_determined_is_on_the_map_at_what_was_determined(year: Portal) -> None:
    """The map had 216 t of a works of which its own page, the caps and the register had 353."""

    def look(market: Market, rules: Rulebook) -> tuple[int, list[int], list[int]]:
        state, source = market.state, market.state.sources[WORKS]
        known = state.years[WORKS, 2027]
        assert known.verified_mg is not None
        more = replace(known, verified_mg={**known.verified_mg, "SO2": known.verified_mg["SO2"] + 7 * 10**9})
        other = replace(state, years={**state.years, (WORKS, 2027): more})
        before, after = (map_emitted.parts(each, source, 2027, "SO2") for each in (state, other))
        return known.verified_mg["SO2"], before, after

    verified, before, after = year.loop.run_until_complete(year.running.service.market.look(look))
    assert sum(before) == verified
    assert sum(after) == verified + 7 * 10**9
    assert after[:-1] == before[:-1], "months are what was measured"


def test_the_report_of_a_public_year_tells_everybody_what_the_hours_beside_the_book_tell(year: Portal) -> None:
    """It said "no day is sealed" and "not compared" of a year whose hours the map shows to the same stranger."""
    for reader in (year.stranger(), year.rehearsing("km-cem-01")):
        said = text_of(reader.get("/report/2027"))
        assert re.search(r"1 of \d+ limits of stacks was exceeded", said)
        assert "No readings were given to this report" not in said
        assert "is sealed" not in said


def test_a_report_made_anew_works_out_no_stack_again(year: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each record it took a second and more to read the hours of every stack and the page's own template."""
    worked: list[str] = []

    def counted(file: Path, stack: str, *more: Any) -> StackYear | None:
        worked.append(stack)
        return stack_year(file, stack, *more)

    monkeypatch.setattr(reports, "stack_year", counted)
    kept = reports.reports_of(year.running.service)
    kept._kept.clear()
    kept._closed._kept.clear()
    office = year.rehearsing(AUTHORITY)
    before = office.get("/report/2027")
    assert worked == [STACK], "the hours of one stack lie beside this book"
    firm, records = year.rehearsing(FIRM), year.records()
    order = {"account": FIRM, "series": "SO2-KM-2028", "side": "sell", "count": "1", "limit": "4000"}
    firm.send("/act/PlaceOrder", {**hidden(firm.get("/act/PlaceOrder")), **order, "step": "confirm"})
    assert year.records() == records + 1
    after = office.get("/report/2027")
    assert after.headers["etag"] != before.headers["etag"]
    assert worked == [STACK]
    assert environment("airshed.pages.report") is environment("airshed.pages.report")


def test_penalties_that_are_not_public_yet_are_a_dash_in_a_report_and_no_zero(year: Portal) -> None:
    said = text_of(year.stranger().get("/report/2028"))
    assert "Penalties are not public yet and are in no sum." in said
    table = said[said.index("Penalties set") : said.index("Verify this report")]
    assert re.search(r"Total 合计 [\d,.]+ – – ", table), table


def test_a_map_is_drawn_once_for_all_who_look_at_it(year: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """And beside what is served: who asks for another pays for it alone."""
    drawn: list[str] = []

    def counted(folder: Path, monitors: object, rules: object, kg: object, wanted: Wanted, over: object) -> Phrase:
        assert threading.current_thread() is not threading.main_thread()
        drawn.append(wanted.measure)
        return same("drawn")

    monkeypatch.setattr(map_kept, "mapped", counted)
    year.running.service.beside.pop("maps", None)
    for measure in ("load", "load", "exceedance", "load"):
        assert "drawn" in text_of(year.stranger().get(f"/map?pollutant=PM&measure={measure}"))
    year.running.service.beside.pop("maps")
    assert drawn == ["load", "exceedance"]


def test_what_a_map_is_drawn_from_is_summed_once_and_a_file_of_hours_is_read_once_for_every_pollutant(
    year: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each view walked through forty thousand sealed days, and each pollutant's hours opened every file anew."""
    summed: list[str] = []
    opened: list[Path] = []
    sums, reads = map_emitted.parts, read_once

    def parts(state: State, source: Source, of: int, pollutant: str) -> list[int]:
        summed.append(source.id)
        return sums(state, source, of, pollutant)

    def opening(path: Path) -> Mapping[str, Hours]:
        opened.append(path)
        return reads(path)

    monkeypatch.setattr(map_emitted, "parts", parts)
    monkeypatch.setattr(map_content, "read_once", opening)
    for name in ("maps", "emitted"):
        year.running.service.beside.pop(name, None)
    for query in ("measure=load&pollutant=SO2", "measure=exceedance&pollutant=SO2", "measure=exceedance&pollutant=NOx"):
        assert year.stranger().get(f"/map?{query}").status_code == 200
    assert len(summed) == 2 * len(set(summed)), "once for each pollutant"
    assert opened
    assert len(opened) == len(set(opened))


def test_maps_that_are_drawn_hold_up_no_sign_in_and_so_many_wait(year: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """They waited for each other in the threads in which passwords are compared and files are read."""
    go, maps = threading.Event(), map_kept.Maps()
    monkeypatch.setattr(map_kept, "mapped", lambda *words: same("drawn") if go.wait(60) else same("late"))

    async def asks(year: int) -> object:
        wanted = Wanted("law", "PM", year, "load")
        monitors = monitors_of(RULES)
        assert monitors is not None
        return await maps.of(None, monitors, RULES, {}, wanted)

    async def many() -> list[object]:
        asking = [asyncio.create_task(asks(year)) for year in range(map_kept.MOST_WAITING + 2)]
        await asyncio.sleep(0)
        for _ in range(40):  # more than the threads that passwords and files have
            assert await asyncio.wait_for(asyncio.to_thread(lambda: "compared"), 60) == "compared"
        go.set()
        return await asyncio.gather(*asking, return_exceptions=True)

    told = asyncio.run(many())
    assert told[: map_kept.MOST_WAITING] == [same("drawn")] * map_kept.MOST_WAITING
    assert [type(each) for each in told[map_kept.MOST_WAITING :]] == [Busy, Busy]


@pytest.mark.parametrize("name", ["Kunming cement works 1", "昆明水泥1号"])
def test_a_works_and_its_firm_are_named_in_both_languages_whichever_name_the_book_has(name: str) -> None:
    both = Phrase("Kunming cement works 1", "昆明水泥1号")
    assert works_name(RULES, "KM-CEM-01", name) == both == firm_name(RULES, name)
    assert works_name(RULES, "KM-CEM-02", name) == same(name), "another works of that name is not that one"
    place = next(row.name_zh for row in RULES.jurisdictions if row.code == "KM")
    assert firm_name(RULES, "Treasury KM") == Phrase("Treasury KM", f"国库·{place}")
    assert firm_name(RULES, "Treasury XX") == same("Treasury XX")


def test_the_map_counts_hours_over_the_limit_in_their_month(year: Portal, hours: Path) -> None:
    monitors = monitors_of(RULES)
    assert monitors is not None
    found = read(hours / f"{STACK}.parquet")["SO2"]
    over = over_by_month(found, monitors.limits(STACK, "SO2", 2027), monitors.rules)
    assert over == [0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
    page = text_of(year.stranger().get("/map?measure=exceedance&pollutant=SO2"))
    assert "By city (hours)" in page
    assert re.search(r"\b5 3 0", page), "May in Kunming"
    by_works = page.partition("By works, SO2, 2027 (hours over the limit)")[2]
    assert re.match(r" Works City Hours \S.* Kunming 3 ", by_works), "and so without a mouse"


def test_the_map_tells_what_arrives_where_the_air_is_measured(year: Portal) -> None:
    page = year.stranger("zh").get("/map?measure=load&pollutant=NOx")
    assert "分受体点" in text_of(page)
    assert "仅供参考" in text_of(page)
    assert "该污染物无在线监测" in text_of(year.stranger("zh").get("/map?measure=load&pollutant=VOC"))


def test_a_map_says_what_its_signs_mean_and_in_which_unit(year: Portal) -> None:
    page = text_of(year.stranger().get("/map?pollutant=SO2&measure=emissions"))
    month, whole = re.search(r"works: ([\d.,]+) t of SO2 in a month, ([\d.,]+) t in the year", page).groups()  # type: ignore[union-attr]
    assert float(whole.replace(",", "")) == 6 * float(month.replace(",", "")), "the scale of a year is six of a month's"
    assert "city with the most emission" in page
    assert "hours over the limit in a month" in text_of(year.stranger().get("/map?measure=exceedance&pollutant=SO2"))
    load = text_of(year.stranger("zh").get("/map?measure=load&pollutant=NOx"))
    assert re.search(r"受体点：NOx高于[\d.]+ ng/m³ 受体点：[\d.]+至[\d.]+ ng/m³ 受体点：不高于[\d.]+ ng/m³", load)


def test_a_pollutant_that_no_monitor_measures_is_on_the_map_by_what_was_declared(year: Portal) -> None:
    """It could not be chosen; a month of it is unknown, and no zero."""
    said = year.stranger().get("/map?pollutant=VOC&year=2027")
    page = text_of(said)
    assert "t of VOC in the year" in page
    assert re.search(r"By city \(t\) Month .*? 1 – – – – – 2 – –", page)
    assert re.search(r"Declared at the year's end [\d,]+\.\d", page)
    assert said.text.count("data-figure") == 1
    assert "No monitor measures" in text_of(year.stranger().get("/map?pollutant=VOC&measure=exceedance"))


def test_a_works_shows_its_hours_its_limit_and_why_hours_were_substituted(year: Portal, hours: Path) -> None:
    (gap,) = lost(read(hours / f"{STACK}.parquet")["SO2"])
    assert (gap.first, gap.after, gap.kg) == (GAP, GAP + 10, 900.0)
    page = text_of(year.stranger().get(f"/works/{WORKS}?stack={STACK}&pollutant=SO2"))
    assert "Hour by hour" in page
    assert "8,750 hours measured, 10 substituted, 0 stopped" in page
    assert "3 measured hours above the limit" in page, "what a neighbour asks first"
    assert page.index("Verified years and compliance") < page.index("Substituted hours, and why"), "25 cards on a phone"
    assert re.search(r"limit \d+ mg/m³ \(GB", page)
    assert "2027-06-10 00:00 2027-06-10 09:00 10 no frame came – 900.0" in page
    other = text_of(year.stranger().get(f"/works/{WORKS}?stack={STACK}&pollutant=NOx"))
    assert "Day by day" in other, "of what no hours are there the sealed days are shown"


def test_a_works_is_found_in_small_letters_too(year: Portal) -> None:
    stranger = year.stranger()
    found = stranger.get(f"/works/{WORKS.lower()}?stack={STACK}&pollutant=SO2")
    assert found.status_code == 200
    assert str(found.url).endswith(f"/works/{WORKS}?stack={STACK}&pollutant=SO2")
    assert stranger.get("/works/nobody").status_code == 404


def test_a_stranger_chooses_a_firm_by_its_name_and_sees_the_zone_before_its_cities(year: Portal) -> None:
    chinese = year.stranger("zh")
    assert "昆明水泥1号 km-cem-01" in text_of(chinese.get("/sign-in"))
    first = text_of(chinese.get("/"))
    assert "全区总量" in first
    assert "红河七县市：占本市总量" in first
    assert chinese.get("/").text.count("<tr") < 12, "a telephone shows each row as a card"


#: Pages of which some sentence is put together from pieces.
PIECED = {
    "": ("/", "/sign-in", "/caps", "/calendar", "/check", "/register", "/data", f"/works/{WORKS}", "/auctions", "/law"),
    FIRM: ("/", "/trade", "/account", "/with-others", "/monitoring", "/notices", "/waiting", "/act/Transfer"),
    AUTHORITY: ("/", "/queue", "/cases", "/closing/2027", "/exceedances", "/desk", "/people", "/allocation", "/lab"),
}
WESTERN = re.compile(r"[\u3400-\u9fff）”》][:;,.!?](?=\s|[\u3400-\u9fff“（《]|$)")


@pytest.mark.parametrize("who", PIECED)
def test_no_sentence_in_chinese_has_western_punctuation(year: Portal, who: str) -> None:
    browser = year.rehearsing(who, "zh") if who else year.stranger("zh")
    for path in PIECED[who]:
        shown = re.sub(r"(?s)<head>.*?</head>|<script.*?</script>", "", browser.get(path).text)
        texts = [unescape(text) for text in re.sub(r"</?(?:a|b|span|code|i)\b[^>]*>", "", shown).split("<")]
        assert [text for text in texts if WESTERN.search(text.partition(">")[2])] == [], path


def test_a_city_over_its_cap_says_what_else_its_works_gave_up_once_that_is_public(year: Portal) -> None:
    """A red bar of 109 % stood beside works that all had complied, and nothing said how."""

    def look(market: Market, rules: Rulebook) -> tuple[list[SeriesCap], list[SeriesCap], int]:
        state, law = market.state, rules.allowance.size_kg
        known = state.years[WORKS, 2027]
        assert known.verified_mg is not None
        more = replace(known, verified_mg={**known.verified_mg, "SO2": 10**16})
        other = replace(state, years={**state.years, (WORKS, 2027): more})
        moments = (state.at, instant("2028-06-01", 10))
        late, early = (caps(other, rules, at, public=True, jurisdiction="KM") for at in moments)
        given = sum(
            position.count
            for (account, name), position in state.ledger.positions.items()
            if account == surrendered("KM") and re.fullmatch("SO2-(?!KM)[A-Z]+-2027", name)
        )
        return [row for each in late for row in each.rows], [row for each in early for row in each.rows], given * law

    late, early, kilograms = year.loop.run_until_complete(year.running.service.market.look(look))
    assert all((row.beyond is not None) == (row.share is not None and row.share > 100) for row in (*late, *early))
    said, before = (next(row.beyond for row in rows if row.series == "SO2-KM-2027") for rows in (late, early))
    assert said is not None
    assert before is not None
    assert "art. 16" in said.en
    assert "第16条" in said.zh
    assert kilograms > 0
    assert f"given up of other cities: {kilograms / 1_000:,.3f} t" in said.en
    assert "given up" not in before.en, "how each stands is not public yet"


def test_what_is_sealed_of_a_year_is_public_from_the_day_of_the_law() -> None:
    state = market().state
    source = next(each for each in state.sources.values() if each.stacks)
    state.days[source.stacks[0][0]] = {"2027-03-01": object()}  # type: ignore[dict-item]
    assert open_years(state, RULES, source, "2028-05-30", whole=False) == []
    assert open_years(state, RULES, source, "2028-05-31", whole=False) == [2027]
    assert open_years(state, RULES, source, "2027-03-02", whole=True) == [2027]


def test_open_data_is_every_public_table_in_three_forms_and_each_row_says_what_it_is(year: Portal) -> None:
    stranger = year.stranger()
    page = stranger.get("/data")
    names = set(re.findall(r'href="/data/(\w+)\.csv"', page.text))
    assert {"caps", "years", "closes", "provenance"} <= names
    assert "accounts" not in names
    rows = list(csv.reader(io.StringIO(stranger.get("/data/caps.csv").text)))
    assert rows[0][-1] == "provenance"
    assert all("Simulated" in row[-1] for row in rows[1:])
    frame = pl.read_parquet(io.BytesIO(stranger.get("/data/caps.parquet").content))
    assert frame["provenance"].to_list() == [row[-1] for row in rows[1:]]
    said = stranger.get("/data/caps.json").json()
    assert [row["provenance"] for row in said["rows"]] == frame["provenance"].to_list()
    assert stranger.get("/data/orders.csv").url.path == "/sign-in"
    assert stranger.get("/data/caps.exe").status_code == 404


def test_what_pages_show_is_had_as_files_from_its_day_on(year: Portal) -> None:
    """Whoever wanted the names, sectors and shares of works copied them from the pages."""
    stranger = year.stranger()
    page = stranger.get("/data").text
    for view in VIEWS:
        assert f'href="/data/{view.name}.parquet"' in page
        rows = list(csv.reader(io.StringIO(stranger.get(f"/data/{view.name}.csv").text)))
        assert rows[0] == [*(column.name for column in view.parts), "provenance"]
        frame = pl.read_parquet(io.BytesIO(stranger.get(f"/data/{view.name}.parquet").content))
        assert frame.height == len(rows) - 1
        told = stranger.get(f"/data/{view.name}.json").json()
        assert [list(row.values()) for row in told["rows"]] == [list(row) for row in frame.rows()]
        assert all("Simulated" in row[-1] for row in rows[1:])
        assert len({tuple(row[: view.key]) for row in rows[1:]}) == len(rows) - 1, view.name
    for name, keys in WRITTEN.items():
        rows = stranger.get(f"/data/{name}.json").json()["rows"]
        frame = pl.read_parquet(io.BytesIO(stranger.get(f"/data/{name}.parquet").content))
        assert frame["seq"].to_list() == [row["seq"] for row in rows], name
        assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", row["recorded"]) for row in rows), name
        assert all(row["seq"] for row in rows), name
        for row in rows[:: len(rows) // 3 or 1]:
            record = year.rehearsing(AUTHORITY).get(f"/v1/records/{row['seq']}").text
            assert all(row[key] in record for key in keys.split()), (name, row)
    days = stranger.get("/data/sealed_days.json").json()["rows"]
    assert {row["day"][:4] for row in days} == {"2027"}
    early = year.loop.run_until_complete(_early(year))
    assert [early[view.name] for view in VIEWS if view.until] == [0, 0, 0]
    assert early["works"] == len(stranger.get("/data/works.json").json()["rows"]) > 0
    works = {row["source"]: row for row in stranger.get("/data/works.json").json()["rows"]}
    assert works[WORKS]["jurisdiction"] == "KM"
    foreign = [row for row in _files(year) if not re.search("[一-鿿]", row)]
    assert not foreign, "who searches for what a page calls it finds it in the file"
    shown = text_of(year.stranger("zh").get(f"/works/{WORKS}"))
    assert all(works[WORKS][name] in shown for name in ("name_zh", "jurisdiction_zh", "sector_zh"))
    codes = {row["jurisdiction"]: row["name_zh"] for row in stranger.get("/data/jurisdictions.json").json()["rows"]}
    assert codes.items() >= {(row["jurisdiction"], row["jurisdiction_zh"]) for row in works.values()}
    for path in ("/register", "/works", f"/works/{WORKS}"):
        assert '.parquet">Parquet' in stranger.get(path).text


def test_the_dictionary_counts_the_fields_of_each_file_and_says_which_has_the_number_of_the_record(
    year: Portal,
) -> None:
    """`works` had six fields by its head and seven below it; the page sent people to numbers that no row had."""
    stranger = year.stranger()
    page = stranger.get("/data").text
    names = re.findall(r'href="/data/(\w+)\.csv"', page)
    assert {"works", "years", "free_allocations"} <= set(names)
    for name in names:
        columns = stranger.get(f"/data/{name}.csv").text.partition("\r\n")[0].split(",")
        assert f"<code>{name}</code> · {len(columns)} fields" in page, name
        (row,) = re.findall(rf'<tr><td[^>]*><a href="#t-{name}">.*?</tr>', page, re.S)
        assert ("with record numbers" in row) == ("seq" in columns) == (name != "jurisdictions"), name


def test_a_text_that_is_empty_is_in_no_form_and_yes_is_no_number(year: Portal) -> None:
    """An empty group was a text in Parquet and nothing in CSV, and whether an auction is open an integer."""
    stranger = year.stranger()
    for name in ("register_accounts", "auctions", "caps", "provenance", "rulebooks"):
        frame = pl.read_parquet(io.BytesIO(stranger.get(f"/data/{name}.parquet").content))
        told = pl.DataFrame(stranger.get(f"/data/{name}.json").json()["rows"], schema=frame.schema, orient="row")
        text = pl.read_csv(io.BytesIO(stranger.get(f"/data/{name}.csv").content), schema=frame.schema)
        assert frame.equals(told), name
        assert frame.equals(text), name
    assert frame.schema["seq"] == pl.Int64
    auctions = pl.read_parquet(io.BytesIO(stranger.get("/data/auctions.parquet").content))
    assert auctions.schema["open"] == pl.Boolean
    assert not auctions["open"].any()


def test_fines_are_the_penalties_of_a_settled_year_too(year: Portal) -> None:
    """The file had decisions in cases alone, and no row of firms whose penalties stood in `years`."""
    stranger = year.stranger()
    years = stranger.get("/data/years.json").json()["rows"]
    fines = stranger.get("/data/fines.json").json()["rows"]
    set_then = {(row["source"], row["year"], row["pollutant"]): row["due_fen"] for row in years if row["penalty_fen"]}
    assert set_then
    assert {
        (row["source"], row["year"], row["pollutant"]): row["due_fen"] for row in fines if not row["case_number"]
    } == set_then
    assert all(row["fen"] >= row["paid_fen"] + row["due_fen"] for row in fines)
    assert {row["state"] for row in fines if row["due_fen"]} == {"settled"}
    assert all(row["pay_by"] for row in fines if row["due_fen"])
    assert all(row["cite"] for row in fines), "who is fined for a shortfall was told no article"


def test_hours_of_a_stack_are_a_file_with_what_was_substituted_and_why(year: Portal) -> None:
    stranger = year.stranger()
    assert f'href="/data/hours/{STACK}.csv"' in stranger.get("/data").text
    assert f'href="/data/hours/{STACK}.parquet"' in stranger.get(f"/works/{WORKS}?stack={STACK}&pollutant=SO2").text
    rows = list(csv.DictReader(io.StringIO(stranger.get(f"/data/hours/{STACK}.csv").text)))
    assert len(rows) == HOURS
    gap, before = rows[GAP], rows[GAP - 1]
    assert (gap["hour"], gap["status"], gap["why"], gap["mass_mg"]) == (
        *("2027-06-10 00:00", "substituted", "no_frame"),
        str(90 * 10**6),
    )
    assert (gap["mg_m3"], before["status"], before["why"], before["mg_m3"]) == ("", "measured", "", "80.0")
    assert all("Simulated" in row["provenance"] for row in rows)
    frame = pl.read_parquet(io.BytesIO(stranger.get(f"/data/hours/{STACK}.parquet").content))
    assert frame["mass_mg"].sum() == sum(int(row["mass_mg"]) for row in rows)
    told = stranger.get(f"/data/hours/{STACK}.json").json()["rows"]
    assert told[GAP]["mg_m3"] is None
    nowhere = stranger.get("/data/hours/nowhere.csv")
    assert nowhere.status_code == 404
    assert nowhere.headers["content-type"] == "application/problem+json", "a page was saved as the file"
    led = stranger.get("/data/hours/nowhere.csv", headers={"sec-fetch-dest": "document"})
    assert led.headers["content-type"].startswith("text/html")
    assert stranger.get(f"/data/hours/{STACK}.exe").status_code == 404


def test_the_hours_of_all_stacks_are_one_file_in_each_form(year: Portal, hours: Path) -> None:
    """Who fetched them stack by stack was stopped by the bound on requests after the first hundred."""
    stranger, other = year.stranger(), "KM-CEM-02-A"
    shutil.copyfile(hours / f"{STACK}.parquet", hours / f"{other}.parquet")
    try:
        assert 'href="/data/hours/all.parquet"' in stranger.get("/data").text
        one = pl.read_parquet(io.BytesIO(stranger.get(f"/data/hours/{STACK}.parquet").content))
        file = stranger.get("/data/hours/all.parquet").content
        both = pl.read_parquet(io.BytesIO(file))
        assert both["stack"].unique(maintain_order=True).to_list() == [STACK, other]
        assert both.filter(stack=STACK).equals(one)
        assert "Simulated" in pl.read_parquet_metadata(io.BytesIO(file))["said"]
        text = stranger.get("/data/hours/all.csv").content
        assert pl.read_csv(io.BytesIO(text), schema=both.schema).equals(both)
        assert text.startswith(stranger.get(f"/data/hours/{STACK}.csv").content)
        told = stranger.get("/data/hours/all.json").json()
        assert pl.DataFrame(told["rows"], schema=both.schema, orient="row").equals(both)
    finally:
        (hours / f"{other}.parquet").unlink()


def test_hours_of_a_year_that_is_not_public_are_for_nobody_else(year: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "open_years", lambda *words, whole: [2027] if whole else [])
    assert f"/data/hours/{STACK}" not in year.stranger().get("/data").text
    said = year.stranger().get(f"/data/hours/{STACK}.csv")
    assert said.status_code == 403
    assert "80.0" not in said.text
    assert year.stranger().get("/data/hours/all.csv").status_code == 404, "nothing of any year is public"
    assert year.rehearsing(FIRM).get(f"/data/hours/{STACK}.csv").status_code == 200, "whose own it is reads it"
    assert year.rehearsing("km-cem-02").get(f"/data/hours/{STACK}.csv").status_code == 403


def test_the_tape_of_a_series_is_a_file_and_names_nobody(year: Portal) -> None:
    stranger = year.stranger()
    rows = list(csv.DictReader(io.StringIO(stranger.get("/data/tape/SO2-KM-2027.csv").text)))
    assert {row["series"] for row in rows} == {"SO2-KM-2027"}
    assert not {"buyer", "seller", "account"} & set(rows[0])
    every = stranger.get("/data/tape/all.json").json()["rows"]
    assert len([row for row in every if row["series"] == "SO2-KM-2027"]) == len(rows) < len(every)
    assert 'href="/data/tape/SO2-KM-2027.parquet"' in stranger.get("/prices/SO2-KM-2027").text
    assert stranger.get("/data/tape/SO2-KM-1999.csv").status_code in (400, 404, 422)


def _files(year: Portal) -> Iterator[str]:
    """What files have for Chinese names of works, firms, places and sectors."""
    for name in ("works", "register_accounts", "jurisdictions"):
        for row in year.stranger().get(f"/data/{name}.json").json()["rows"]:
            yield from (text for column, text in row.items() if column.endswith("_zh"))


async def _early(year: Portal) -> dict[str, int]:
    """How many rows each had on the last day before the figures of the year became public."""

    def look(book: KeptBook) -> dict[str, int]:
        return {view.name: len(list(view.rows(book, "2028-05-30", RowRecords()))) for view in VIEWS}

    return await year.running.service.readers.read(look)


def test_a_works_page_tells_the_opinion_of_a_year_and_the_tier_of_a_gap(year: Portal) -> None:
    page = text_of(year.stranger().get(f"/works/{WORKS}"))
    assert "Opinion" in page
    assert re.search(r"satisfactory|qualified", page)
    assert re.search(r"no frame came – 900\.0", page), "no tier of the law gives what is booked there"


def test_a_gap_says_by_which_tier_it_was_filled_only_where_the_tier_gives_what_is_booked() -> None:
    count = 8760
    status, mass = np.full(count, states.MEASURED, np.uint8), np.full(count, 10, np.int64)
    mass[50] = 70
    raw, why = status.copy(), np.zeros(count, np.uint8)
    for first, booked in ((100, 70), (200, 71)):
        status[first : first + 3], raw[first : first + 3] = states.SUBSTITUTED, states.MISSING
        mass[first : first + 3], why[first : first + 3] = booked, states.NO_FRAME
    nothing = np.full(count, np.nan)
    found = stood_in(Hours(2027, "SO2", status, why, mass, nothing, nothing, raw), monitoring_rules(RULES))
    assert {hour: gap.from_hour for hour, gap in found.items()} == {100: 50, 101: 50, 102: 50}
    assert found[100].method == "maximum_of_180_hours"


def test_every_table_and_column_says_in_chinese_what_it_holds() -> None:
    assert set(SHOWS) == {table.name for table in TABLES}
    tables: list[Any] = [*TABLES, *VIEWS, *SHAPES]
    held = {(table.name, column.name) for table in tables for column in table.parts}
    assert set(COLUMNS) <= {name for table, column in held for name in (column, f"{table}.{column}")}
    assert all(column_zh(column, table) for table, column in held)
    told = [field for table in (*tables_for(Viewer("zone")), *views(), *shapes()) for field in table.fields]
    assert {field.type.en for field in told} <= set(TYPES)
    assert {field.unit.en for field in told} - {""} <= set(UNITS)


def test_a_firm_sees_what_its_gaps_cost(year: Portal) -> None:
    page = text_of(year.rehearsing(FIRM).get("/monitoring"))
    found = re.search(rf"{STACK} SO2 2027-06-10 00:00 10 no frame came 900\.0 500\.0 ([\d,.]+) yuan", page)
    assert found is not None, page
    assert year.stranger().get("/monitoring").url.path == "/sign-in"


def test_a_notice_is_new_once(tmp_path: Path) -> None:
    named = RegisterActor("曲靖,火电", "trader", account="fund")  # no header of HTTP can hold it
    with portal(market_book(tmp_path, (REGISTRAR, named)), demo_users=True) as there:
        seller, buyer = there.rehearsing("steel"), there.rehearsing("曲靖,火电")
        assert "since you looked last" not in text_of(buyer.get("/notices"))
        for browser, side in ((seller, "sell"), (buyer, "buy")):
            token = re.search(r'name="csrf" value="([^"]*)"', browser.get("/trade").text)
            assert token is not None
            fields = {"account": "steel" if side == "sell" else "fund", "series": "SO2-KM-2027", "side": side}
            order = {**fields, "count": "1", "limit": "4100", "csrf": token[1], "key": f"k-{side}", "step": "confirm"}
            assert "Done" in text_of(browser.send(f"/act/{PlaceOrder.__name__}", order))
        page = text_of(buyer.get("/notices"))
        assert "since you looked last" in page
        assert "+1.000 t" in page
        assert "Nothing new since you looked last" in text_of(buyer.get("/notices"))
        assert HEARD in {cookie.name for cookie in buyer.client.cookies.jar}


#: Bytes that a first view may load, gzipped: without and with charts; a report is a file with its charts in it.
PLAIN, CHARTS = 150_000, 350_000


@pytest.mark.parametrize("name", ["", FIRM, AUTHORITY])
def test_the_first_view_of_every_page_stays_within_its_budget(year: Portal, name: str) -> None:
    browser, there = year.rehearsing(name) if name else year.stranger(), assets()
    seen, heavy = 0, []
    for path in every_page():
        page = browser.get(path)
        if page.status_code != 200 or not page.headers["content-type"].startswith("text/html"):
            continue
        seen += 1
        names = set(re.findall(rf"/assets/{there.version}/([\w.]+)", page.text))
        size = page.num_bytes_downloaded + sum(len(there.files[each].packed) for each in names)
        most = LARGEST_FILE if path.startswith("/report/") else CHARTS if "echarts.js" in names else PLAIN
        if names and len(page.content) >= WORTH_PACKING:
            assert page.headers["content-encoding"] == "gzip", path
            assert "Accept-Encoding" in page.headers["vary"]
        if size > most:
            heavy.append(f"{path}: {size:,} bytes of at most {most:,}")
    assert seen > 20
    assert heavy == []


def every_page() -> list[str]:
    """Pages whose address varies in nothing, and one of each of the others."""
    plain = [way.path for way in PORTAL.ways if way.method == "GET" and "{" not in way.path]
    many = (f"/works/{WORKS}", "/prices/SO2-KM-2027", "/records/40", "/act/PlaceOrder", "/act/Allocate", "/report/2027")
    return [*(path for path in plain if path != "/live"), *many, "/closing/2027", "/law/trading"]


def test_the_tables_of_the_register_are_long_ones_and_lead_to_the_works(year: Portal) -> None:
    page = year.stranger().get("/register")
    assert page.text.count("data-long=") == page.text.count("<table")
    assert f'href="/works/{WORKS}"' in page.text


def test_a_gap_costs_the_same_in_both_tables_and_to_the_fen(year: Portal) -> None:
    """The hours are at hand for one monitor: what its gaps add there is what the table of monitors says."""
    page = year.rehearsing(FIRM).get("/monitoring")
    rows = re.findall(r"(?s)<tr>(.*?)</tr>", page.text)
    cells = [
        [unescape(re.sub("<[^>]*>", "", cell)).strip() for cell in re.findall(r"(?s)<td[^>]*>(.*?)</td>", row)]
        for row in rows
    ]
    (whole,) = [row for row in cells if row and row[0] == f"{STACK} SO2" and len(row) == 9]
    gaps = [row for row in cells if row and row[0] == f"{STACK} SO2" and len(row) == 7]
    assert whole[6] == f"{10 * (90 - KG):,.1f}"
    assert whole[7] == gaps[0][6]
    assert len(gaps) == 1
    fen = [round(float(text.split()[0].replace(",", "")) * 100) for text in (whole[7], whole[8])]
    assert fen[1] == round(fen[0] / 10)


def test_every_link_of_a_template_to_a_form_names_an_act() -> None:
    folder = Path(zone_map.__file__).parent / "templates"
    named = {name for file in folder.rglob("*.j2") for name in re.findall(r"/act/([A-Z]\w+)", file.read_text("utf-8"))}
    assert named
    assert named <= set(BODIES)


def test_a_strip_is_chosen_in_forms_and_has_a_screen_of_its_own(year: Portal) -> None:
    firm = year.rehearsing(FIRM)
    assert 'value="SO2-KM-2027..2028"' in firm.get("/act/PlaceOrder").text
    assert ".." not in "".join(re.findall(r'<option value="([^"]*)"', firm.get("/act/OfferAuction").text))
    page = firm.get("/trade?series=SO2-KM-2027..2028")
    assert "A strip: so much of every vintage" in text_of(page)
    assert '<input type="hidden" name="series" value="SO2-KM-2027..2028">' in page.text
    other = text_of(firm.get("/trade?series=SO2-KM-1999"))
    assert "SO2-KM-1999 is not traded here." in other
    assert "Whole lots of 0.1 t" in other or "Whole lots of 100 kg" in other


def test_strips_are_issued_vintages_in_a_row_within_the_longest_term() -> None:
    names = ("SO2-KM-2027", "SO2-KM-2028", "SO2-KM-2030", "SO2-QJ-2027", "NOx-KM-2028")
    state = SimpleNamespace(ledger=SimpleNamespace(caps=dict.fromkeys(names, 1)))
    assert strips(cast(State, state), RULES) == ["SO2-KM-2027..2028"]
    many = SimpleNamespace(ledger=SimpleNamespace(caps={f"SO2-KM-{year}": 1 for year in range(2027, 2036)}))
    longest = RULES.terms.longest_years
    assert max(Strip.parse(name).years for name in strips(cast(State, many), RULES)) == longest


def test_an_office_lists_days_above_a_limit_with_the_form_of_a_notice_filled_in(year: Portal) -> None:
    office = year.rehearsing(AUTHORITY)
    page = office.get("/exceedances")
    assert 'href="/exceedances"' in office.get("/").text
    (link,) = re.findall(r'href="(/act/NoticeCase[^"]*)"', page.text)
    rows = re.findall(r"(?s)<tr>(.*?)</tr>", page.text)
    (row,) = [unescape(re.sub("<[^>]*>", " ", row)) for row in rows if STACK in row]
    assert "2027-05-11" in row
    assert re.search(r"\s3\s", row)
    assert re.search(r"\s24\.00\s", row), "5,000 over a limit of 200, as the report says it: C / L - 1"
    form = office.get(unescape(link))
    for value in (WORKS, "exceedance", STACK, "2027-05-11"):
        assert f'value="{value}"' in form.text, value
    assert "超标日" in text_of(year.rehearsing(AUTHORITY, "zh").get("/exceedances"))
    assert year.rehearsing(FIRM).get("/exceedances").status_code == 403
    assert year.stranger().get("/exceedances").url.path == "/sign-in"


def test_the_calendar_marks_the_day_that_comes_next() -> None:
    found = dates(market().state, RULES, "2028-04-15")
    assert [(each.day, each.what.en) for each in found if each.how == "next"] == [
        ("2028-04-30", "Verification of 2027 is due")
    ]
    assert [each.what.zh for each in found if each.how == "over"] == ["规则所定拍卖日", "2027年度报告截止"]
    assert ("2028-05-31", "Emissions of 2027 are public") in [(each.day, each.what.en) for each in found]


def test_the_calendar_has_the_auctions_of_the_law_and_the_next_trading_day(year: Portal) -> None:
    """They stood on another page in a running sentence."""
    coming = dates(market().state, RULES, "2028-04-15")
    found = {each.day for each in coming if each.what.zh == "规则所定拍卖日"}
    days = sorted(RULES.auction.days)
    assert found == {*(f"2028-{day}" for day in days), f"2029-{days[0]}"}
    assert re.search(r"下一交易日：2028-\d\d-\d\d。", text_of(year.stranger("zh").get("/calendar")))


def test_a_receipt_in_chinese_calls_works_and_the_programmes_own_accounts_by_their_names() -> None:
    """Money went to `treasury`, and a works had its English name alone."""
    entry = (Paid(FIRM, TREASURY, 100), Delivered(FIRM, surrendered("KM"), "SO2-KM-2027", (SerialBlock(1, 9),)))
    named = SourceRegistered(WORKS, "Kunming cement works 1", FIRM, "KM", "cement", True, ())
    moved, told = happenings([Surrendered(WORKS, 2027, "SO2", 9, entry), named], RULES)
    assert [move.zh.rpartition("：")[2] for move in moved.moves] == [f"{FIRM} → 国库", f"{FIRM} → 清缴账户·昆明"]
    assert [move.en.rpartition(": ")[2] for move in moved.moves] == [f"{FIRM} → Treasury", f"{FIRM} → Surrendered KM"]
    assert ("Kunming cement works 1", "昆明水泥1号") in {(fact.text.en, fact.text.zh) for fact in told.facts}


def test_reasons_that_no_person_wrote_are_told_in_chinese() -> None:
    """Those of a person stay as they were written."""
    reasons = {
        f"no proof came by {clock(instant('2027-02-08', 10))}": "截至2027-02-08 10:00未提交证明材料",
        "mark 7 was reverted": "企业标记7已撤销",
        "other hours look back on those of a mark": "其他小时的替代取值涉及标记时段",
        "the photograph shows another stack": "the photograph shows another stack",
    }
    told = happenings([MarkReverted(7, "host", "lapsed", reason) for reason in reasons], RULES)
    facts = [{fact.name.en: fact.text for fact in each.facts} for each in told]
    assert [each["Reason"].zh for each in facts] == list(reasons.values())
    assert not re.search("[a-z]", facts[0]["How"].zh)


def test_a_new_programme_has_no_day_of_a_year_before_its_first() -> None:
    state = market().state
    state.ledger.caps.clear()
    first = min(row.vintage for row in RULES.caps.rows)
    said = " ".join(each.what.en for each in dates(state, RULES, f"{first - 1}-12-01"))
    assert f"Last day to surrender for {first}" in said
    assert str(first - 1) not in said
    assert _looked_at(state, RULES, f"{first - 1}-12-01") == first


def test_the_days_of_a_series_are_those_of_its_tape_and_the_exchange_is_apart(year: Portal) -> None:
    def look(market: Market, rules: Rulebook) -> tuple[str, list[SeriesDay], set[str], bool]:
        series, tape = max(market.tape_of.items(), key=lambda each: len(each[1]))
        elsewhere = any(trade.kind not in EXCHANGE_KINDS for trade in tape)
        return series, days_of(market, rules, series), {trade.day for trade in tape}, elsewhere

    series, found, days, elsewhere = year.loop.run_until_complete(year.running.service.market.look(look))
    assert [each.day for each in found] == sorted(days, reverse=True)
    assert any(each.elsewhere.zh != "–" for each in found) == elsewhere
    page = text_of(year.stranger().get(f"/prices/{series}"))
    assert f"{found[0].day} {found[0].last.en} {found[0].low.en}" in page


def test_an_address_that_asks_for_what_is_not_there_is_told_so(year: Portal) -> None:
    stranger = year.stranger("zh")
    for path, wrong in (
        ("/map?year=9999", "没有年度“9999”的数据，现显示年度2027。"),
        ("/map?month=13", "没有月份“13”的数据，现显示月份全年。"),
        ("/map?pollutant=CO2", "没有污染物“CO2”的数据，现显示污染物SO2。"),
        ("/map?measure=zzz", "没有内容“zzz”的数据，现显示内容排放量。"),
        (f"/works/{STACK.rpartition('-')[0]}?year=1999", "没有年度“1999”的数据，现显示年度2027。"),
        (f"/works/{STACK.rpartition('-')[0]}?stack=NOPE", f"没有排放口“NOPE”的数据，现显示排放口{STACK}"),
    ):
        assert wrong in text_of(stranger.get(path)), path
    assert "现显示" not in text_of(stranger.get("/map?pollutant=SO2&year=2027&month=0"))
