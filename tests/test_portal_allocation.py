"""The allocation workshop: what is tried on paper is what the act gives, and nobody is shown another's works."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from xlsxwriter import Workbook

from airshed.engine.commands import ActivityLine
from airshed.engine.state import State
from airshed.market.sharing.named import NAMED
from airshed.model.refusal import Malformed
from airshed.pages.portal.office.sheets import Rows, cells_of, rows_of
from airshed.pages.portal.office.stated import as_text, far_apart, stated
from airshed.pages.portal.office.workshop import EFFECT, MissingMethod, TriedMethod, choice, choices_of, tried
from airshed.service.forms.measures import Terms
from laws import RULES
from markets import AUTHORITY, market
from portals import Portal, hidden, portal, text_of
from services import market_book

KNOWN = {"s-steel": "s-steel", "steel works": "s-steel", "s-cement": "s-cement"}
TERMS = Terms.of(RULES)
LINES = (
    ActivityLine("s-steel", (2024, 2025), (800_000, 700_000), (1_000_000, 900_000)),
    ActivityLine("s-cement", (2024, 2025), (300_000, 400_000), (500_000, 600_000)),
)
TABLE = as_text(LINES, "en")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("portal")), demo_users=True) as found:
        yield found


@pytest.fixture(scope="module")
def state() -> State:
    return market().state


def workbook(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(line, column, value)
    book.close()
    return out.getvalue()


# --- tables


def test_a_table_is_read_as_it_is_written() -> None:
    for language in ("en", "zh"):
        assert stated(cells_of(as_text(LINES, language)), KNOWN, TERMS) == (LINES, [])


def test_cells_of_excel_are_those_of_the_table(tmp_path: object) -> None:
    rows: list[list[object]] = [["企业", "年度", "排放量（吨）", "产量", "新建"]]
    for line in LINES:
        for year, kg, output in zip(line.years, line.emitted_kg, line.output, strict=True):
            rows.append([line.source, year, kg / 1000, output, "否"])
    assert stated(rows_of("a.xlsx", workbook(rows)), KNOWN, TERMS) == (LINES, [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_of_a_chinese_office_is_read(encoding: str) -> None:
    text = as_text(LINES, "zh").replace("\t", ",")
    assert stated(rows_of("a.csv", text.encode(encoding)), KNOWN, TERMS).lines == LINES


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0 old", "old form"),
        (b"PK\x03\x04 not a zip", "cannot be read"),
        (b"\xff\xfe\x00\xd8\x00", "neither text nor a workbook"),
    ],
)
def test_a_file_that_is_no_table_says_what_to_bring(content: bytes, what: str) -> None:
    with pytest.raises(Malformed, match=what):
        rows_of("a", content)


def test_a_workbook_cannot_unpack_without_end_or_name_entities() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("xl/worksheets/sheet1.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>')
    with pytest.raises(Malformed, match="entities"):
        rows_of("a.xlsx", out.getvalue())
    large = io.BytesIO()
    with zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b" " * 21_000_000)
    with pytest.raises(Malformed, match="unpacks to more"):
        rows_of("a.xlsx", large.getvalue())


def sheet_of(content: bytes, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as file:
        file.writestr("xl/worksheets/sheet1.xml", content)
    return out.getvalue()


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'


@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="UTF-8"?>', "\ufeff", "<?xml version='1.0'?>"])
def test_a_sheet_in_utf_8_is_read_however_it_says_so(head: str) -> None:
    content = (head + SHEET.format(ROW.format("曲靖"))).encode()
    assert rows_of("a.xlsx", sheet_of(content)) == [(1, ["曲靖"])]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (('<!DOCTYPE x [<!ENTITY a "b">]>' + SHEET.format(ROW.format("&a;"))).encode("utf-16"), "UTF-8"),
        (('<?xml version="1.0" encoding="UTF-7"?>' + SHEET.format("")).encode(), "UTF-8"),
        (b" " * 2_000 + b'<!DOCTYPE x [<!ENTITY a "b">]>' + SHEET.format(ROW.format("&a;")).encode(), "entities"),
        (SHEET.format("<row/>" * 20_001).encode(), "beyond 20,000 rows"),
        (SHEET.format("<row>" + '<c r="A1"/>' * 41 + "</row>").encode(), "too far to the right"),
        (SHEET.format("<row>" + "<c/>" * 3_000 + "</row>").encode(), "more than 2,000 parts in one row"),
    ],
)
def test_a_sheet_that_would_keep_everybody_waiting_is_left(content: bytes, what: str) -> None:
    with pytest.raises(Malformed, match=what):
        rows_of("a.xlsx", sheet_of(content))


def test_a_damaged_workbook_is_told_and_one_packed_otherwise_too() -> None:
    whole = bytearray(sheet_of(SHEET.format(ROW.format("a") * 50).encode()))
    begin = whole.index(b"sheet1.xml") + len("sheet1.xml")
    whole[begin : begin + 12] = bytes(255 - each for each in whole[begin : begin + 12])
    with pytest.raises(Malformed, match="cannot be read"):
        rows_of("a.xlsx", bytes(whole))
    with pytest.raises(Malformed, match="is packed as no spreadsheet packs"):
        rows_of("a.xlsx", sheet_of(SHEET.format("").encode(), zipfile.ZIP_BZIP2))


@pytest.mark.parametrize(
    ("row", "en", "zh"),
    [
        ("nobody\t2024\t1\t1", "Nobody is none of these works", "不是本地企业"),
        ("s-steel\t24\t1\t1", "is not a year", "不是年度"),
        ("s-steel\t2024\t\t1", "There is no figure", "缺少数值"),
        ("s-steel\t2024\t5 km\t1", "km", "km"),
        ("s-steel\t2024\t3.000,5\t1", "Write 3,000.5 if that is meant.", "请写作3,000.5"),
        ("s-steel\t2024\t9999999999999999999999999\t1", "It takes at most 9,007,199,254,740.992 t", "不得大于"),
        ("s-steel\t2024\t431.689 kg\t1", "a number without a unit is in tonnes", "不写单位时按吨计"),
        ("s-steel\t2028\t1\t1", "2028 is not over", "2028年度尚未结束"),
        ("s-steel\t1969\t1\t1", "is not a year", "不是年度"),
        ("s-steel\t2024\t1\t1,5", "Write 1.5 if that is meant.", "请写作1.5"),
        ("s-steel\t2024\t1e9\t1", "Write 1,000,000,000 if that is meant.", "科学计数法"),
        ("s-steel\t2024\t1\t1.5", "is not a whole number", "不是整数"),
        ("s-steel\t2024\t1\t1\tperhaps", "neither yes nor no", "请填是或否"),
    ],
)
def test_each_row_says_what_is_wrong_with_it(row: str, en: str, zh: str) -> None:
    (wrong,) = stated(cells_of(f"works\tyear\temission (t)\toutput\tnew\n{row}"), KNOWN, TERMS, 2028).wrong
    assert wrong.line == 2
    assert en in wrong.what.en
    assert zh in wrong.what.zh


def test_full_width_figures_and_units_are_understood() -> None:
    rows: Rows = cells_of("steel works\t２０２４年\t800吨\t１，０００\t否\n")
    (line,) = stated(rows, KNOWN, TERMS).lines
    assert line == ActivityLine("s-steel", (2024,), (800_000,), (1_000,))


def test_a_year_that_is_perhaps_in_another_unit_is_pointed_out() -> None:
    assert far_apart(LINES) == []
    thousandfold = ActivityLine("s-steel", (2023, 2024, 2025), (431_689_000, 432_448, 434_093), (1, 1, 1))
    (said,) = far_apart([thousandfold])
    assert said.en.startswith("s-steel 2023: 431,689.000 t is far from")
    assert "请核对单位" in said.zh


# --- shares


def test_every_method_gives_away_the_whole_cap(state: State) -> None:
    for each in choices_of(RULES, "KM"):
        found = tried(each.name, 1_000_000, LINES, state, RULES, "SO2", "KM")
        if isinstance(found, TriedMethod):
            given = sum(lot.allowances for lot in found.by_source.values())
            assert given == found.given
            assert given + found.reserved + found.for_auction == 1_000_000, each.name
        else:
            assert isinstance(found, MissingMethod)
            assert found.why


def test_history_whips_and_the_benchmark_does_not(state: State) -> None:
    history, benchmark = (tried(name, 1_000_000, LINES, state, RULES, "SO2", "KM") for name in ("history", "benchmark"))
    assert isinstance(history, TriedMethod)
    assert isinstance(benchmark, TriedMethod)
    assert benchmark.whip == (0, 0)
    assert history.whip is not None
    assert history.whip[1] > 0.1
    assert history.gini == pytest.approx(0, abs=1e-6)
    assert benchmark.lawful
    assert not history.lawful


# --- the page


def test_every_method_says_in_both_languages_what_it_does_to_who_abated_early() -> None:
    assert set(EFFECT) == {named.incentive for named in NAMED.values()}
    for name in NAMED:
        note = choice(name).note
        assert re.search(r"[\u3400-\u9fff]", note.zh)
        assert "文献方法" not in note.zh


def test_trying_writes_nothing_and_says_how_fair_it_is(served: Portal) -> None:
    office, before = served.rehearsing(AUTHORITY), served.records()
    said = office.send_parts(
        "/allocation", {"series": "NOx-KM-2027", "first": "benchmark", "second": "history", "text": TABLE}
    )
    text = text_of(said)
    assert said.status_code == 200, text
    assert "How fair it is" in text
    assert "Lost per kilogram abated early" in text
    assert "The cap has to be set first." in text
    assert served.records() == before


def test_another_method_is_told_how_it_becomes_law_in_the_portal_and_no_shell(served: Portal) -> None:
    fields = {"series": "NOx-KM-2027", "text": TABLE}
    office = served.rehearsing(AUTHORITY)
    page = office.send_parts("/allocation", {**fields, "first": "history"})
    assert 'write method = "history" under [allocation]' in text_of(page)
    assert 'href="/law/new"' in page.text
    assert "airshed rules" not in page.text
    page = office.send_parts("/allocation", {**fields, "first": "equal_awards"})
    assert 'write method = "equal_awards" under [allocation]' in text_of(page)


def test_the_figures_of_the_workshop_are_those_of_the_preview_of_the_act(served: Portal) -> None:
    office = served.rehearsing(AUTHORITY)
    form = hidden(office.get("/act/SetCap"))
    preview = office.send("/act/SetCap", form, pollutant="PM", jurisdiction="KM", vintage=2027, step="preview")
    office.send("/act/SetCap", {**hidden(preview), "step": "confirm"})
    assert "Its cap waits for a second person" in text_of(
        office.send_parts("/allocation", {"series": "PM-KM-2027", "text": TABLE})
    )
    confirm(served, "dianzhong-inspector")
    said = office.send_parts("/allocation", {"series": "PM-KM-2027", "first": "benchmark", "text": TABLE})
    carried = {name: value for name, value in hidden(said).items() if name != "key"}
    shown = re.findall(r'class="n strong" data-head="Benchmark">([\d,.]+) t<', said.text)
    assert shown, text_of(said)
    act = office.send("/act/Allocate", {**carried, "step": "preview"})
    text = text_of(act)
    assert "How PM-KM-2027 would be shared out" in text
    warned = re.search(r"PM-KM-2027: [\d,.]+ t more than all works claim are shared out free", text)
    assert warned is not None, "it was a number without a unit beside the words of the engine"
    assert "above PM-KM-2027" not in text
    for mass in shown:
        assert f"{float(mass.replace(',', '')):,.3f}" in text

    done = office.send("/act/Allocate", {**hidden(act), "step": "confirm"})
    assert "It waits for a second person." in text_of(done)
    assert warned[0] in text_of(served.rehearsing("dianzhong-inspector").get("/waiting")), "who confirms knows it too"
    waits = office.send_parts("/allocation", {"series": "PM-KM-2027", "text": TABLE})
    assert "Its allocation waits for a second person already." in text_of(waits)
    confirm(served, "dianzhong-inspector")
    over = office.send_parts("/allocation", {"series": "PM-KM-2027", "text": TABLE})
    assert "was shared out already" in text_of(over)


def confirm(served: Portal, name: str) -> None:
    """Somebody else confirms what waits for them."""
    second = served.rehearsing(name)
    act = re.findall(r'name="act" value="(\d+)"', second.get("/waiting").text)[-1]
    preview = second.send("/act/ConfirmAct", {**hidden(second.get("/act/ConfirmAct")), "act": act, "step": "preview"})
    done = second.send("/act/ConfirmAct", {**hidden(preview), "step": "confirm"})
    assert done.status_code == 200, text_of(done)


def test_a_bureau_is_shown_its_own_city_and_refused_another_beside_the_field(served: Portal) -> None:
    city = served.rehearsing("small-bureau", "zh")
    own = text_of(city.get("/allocation"))
    assert "配额分配工作台" in own
    other = city.get("/allocation?series=SO2-QJ-2027")
    assert other.status_code == 422
    assert 'id="series-error"' in other.text
    assert "不在您的管辖范围内" in other.text


def test_what_works_state_is_for_offices(served: Portal) -> None:
    assert served.rehearsing("steel").get("/allocation").status_code == 403
    assert served.rehearsing("steel").send("/allocation", text="x").status_code == 403, "before what they sent is read"
    assert "/sign-in" in str(served.stranger().get("/allocation").url)


def test_another_series_brings_its_own_lines_and_what_was_written_for_the_first_is_not_taken_for_it(
    served: Portal,
) -> None:
    office = served.rehearsing(AUTHORITY)
    first = office.send_parts("/allocation", {"series": "SO2-KM-2027", "text": TABLE})
    kept = {name: hidden(first)[name] for name in ("of", "print")}
    assert kept["of"] == "SO2-KM-2027"
    as_sent = TABLE.replace("\n", "\r\n")
    other = office.send_parts("/allocation", {**kept, "series": "NOx-KM-2027", "text": as_sent})
    assert other.status_code == 200
    assert "The lines are those of NOx-KM-2027 now" in text_of(other)
    assert "s-steel\t2024\t800" not in other.text, "they were of SO2"
    assert hidden(other)["of"] == "NOx-KM-2027"
    changed = as_sent.replace("800", "801")
    asked = office.send_parts("/allocation", {**kept, "series": "NOx-KM-2027", "text": changed})
    assert asked.status_code == 422
    assert "These lines were changed while SO2-KM-2027 was chosen." in text_of(asked)
    assert "How fair it is" not in text_of(asked)
    again = {name: hidden(asked)[name] for name in ("of", "print")}
    taken = office.send_parts("/allocation", {**again, "series": "NOx-KM-2027", "text": changed})
    assert "How fair it is" in text_of(taken), "who says so may"


def test_a_wrong_row_stands_beside_the_table_and_nothing_is_lost(served: Portal) -> None:
    office = served.rehearsing(AUTHORITY)
    text = TABLE + "\nnobody\t2024\t1\t1\tno"
    said = office.send_parts("/allocation", {"series": "SO2-KM-2027", "first": "benchmark", "text": text})
    assert said.status_code == 422
    assert 'id="text-error"' in said.text
    assert "Line 6" in text_of(said)
    assert "nobody" in said.text


def test_a_file_takes_the_place_of_the_table_and_the_comparison_can_be_kept(served: Portal) -> None:
    office = served.rehearsing(AUTHORITY)
    fields = {"series": "SO2-KM-2027", "first": "benchmark", "second": "history", "text": "", "step": "file"}
    said = office.send_parts("/allocation", fields, ("a.csv", TABLE.replace("\t", ",").encode()))
    assert said.headers["content-type"].startswith("text/csv")
    assert said.text.startswith("\ufeffworks,name,new,")
    assert len(said.text.strip().splitlines()) == 3
