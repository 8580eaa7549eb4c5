"""A law is adopted in the portal: its files are brought, checked, compared with the one in force, and proposed."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import httpx
import pytest

from airshed.model.refusal import Malformed
from airshed.pages.portal.office import law_files
from airshed.pages.portal.office.law import OWN_WORDS
from airshed.pages.portal.office.law import text_of as text_of_section
from airshed.pages.portal.office.law_adopting import checked
from airshed.pages.portal.office.law_contents import contents
from airshed.pages.portal.office.law_files import texts_of, zipped
from airshed.pages.portal.office.sheets import files_of
from airshed.rulebook.chinese import SECTIONS
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from laws import FILES, RULES
from markets import AUTHORITY
from portals import Browser, Portal, hidden, portal, text_of
from services import market_book

SECOND = "dianzhong-inspector"
IN_FORCE = digest(RULES)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("law")), demo_users=True) as found:
        yield found


def changed(*changes: tuple[str, str]) -> dict[str, bytes]:
    """The files of the law in force with some texts of its main file written anew."""
    text = FILES["rulebook.toml"].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return {**FILES, "rulebook.toml": text.encode()}


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


def bring(office: Browser, content: bytes, name: str = "law.zip") -> httpx.Response:
    csrf = hidden(office.get("/law/new"))["csrf"]
    return office.send_parts("/law/new", {"csrf": csrf, "step": "check"}, (name, content))


NEWER = changed(('version = "2027.1"', 'version = "2027.2"'), ('report_by = "03-31"', 'report_by = "03-15"'))


#: Cells of a law that are half in English on a Chinese page, and why: names, codes and citations of the law's own.
OWN = ("cite", "key", "keys", "own_name", *OWN_WORDS)


# --- the page


def test_a_law_is_listed_by_subject_and_says_no_half_of_a_name_in_another_language(served: Portal) -> None:
    """On a Chinese page a sector was called "Iron and 钢铁", and its sections stood there with their keys beside."""
    listed = [section for subject in contents() for section, _ in subject.sections]
    assert sorted(listed) == sorted(SECTIONS), "each once"
    page = served.stranger("zh").get("/law")
    assert "计划与基本概念" in text_of(page)
    assert "late_payment" not in text_of(page)
    assert "Substitution by US 40 CFR part 75" in text_of(served.stranger().get("/law"))
    mixed = re.compile(r"[A-Za-z]{3,} [A-Za-z]{2,}|[A-Za-z]{3,}[\u3400-\u9fff]")
    for section in SECTIONS:
        text = text_of_section(RULES, section)
        cells = [(key.key, key.value.zh) for key in text.keys]
        for table in text.tables:
            cells += [(key, cell.zh) for row in table.rows for (key, _), cell in zip(table.heads, row, strict=True)]
        wrong = {(key, said) for key, said in cells if key not in OWN and mixed.search(said)}
        assert not wrong, (section, wrong)
    measured = {key.key: key.value for key in text_of_section(RULES, "monitoring").keys}
    assert (measured["leak_celsius"].zh, measured["standstill_velocity_m_s"].en) == ("40℃", "2 m/s")
    assert measured["law"].en == "HJ 75-2017"


def test_an_official_takes_the_text_changes_it_brings_it_back_and_proposes_it(served: Portal) -> None:
    office, before = served.rehearsing(AUTHORITY), served.records()
    assert 'href="/law/new"' in office.get("/law").text
    text = office.get(f"/law/text/{IN_FORCE}.zip")
    assert text.headers["content-type"] == "application/zip"
    assert texts_of([("law.zip", text.content)]) == dict(FILES)

    shown = bring(office, packed({f"law 2/{name}": content for name, content in NEWER.items()}))
    said = text_of(shown)
    assert shown.status_code == 200, said
    assert "What 2027.2 would change" in said
    assert "report_by 03-31 03-15" in said
    assert served.records() == before, "to look at a law does nothing"

    form = office.send_parts("/law/new", {**hidden(shown), "step": "keep"})
    assert urlsplit(str(form.url)).path == "/act/AdoptRulebook"
    assert digest(load_texts(NEWER)) in form.text
    named = {"programme": RULES.programme.id, "version": "2027.2", "digest": digest(load_texts(NEWER))}
    preview = office.send("/act/AdoptRulebook", {**hidden(form), **named, "step": "preview"})
    assert "What the law 2027.2 would change" in text_of(preview)
    assert "report_by 03-31 03-15" in text_of(preview)
    done = office.send("/act/AdoptRulebook", {**hidden(preview), "step": "confirm"})
    assert "It waits for a second person." in text_of(done)

    other = served.rehearsing(SECOND, "zh")
    assert "报告截止日 report_by 03-31 03-15" in text_of(other.get("/law"))
    assert "待复核，尚未生效" in text_of(other.get("/law"))


def test_every_fault_of_a_law_is_named_with_its_place_and_nothing_is_kept(served: Portal) -> None:
    wrong = {**changed(('report_by = "03-31"', 'reportby = "03-31"')), "capz.csv": b"a,b\n"}
    for language, said in (("en", "It cannot be adopted as it is"), ("zh", "暂不能采用")):
        office = served.rehearsing(AUTHORITY, language)
        page = bring(office, packed(wrong))
        assert page.status_code == 422
        assert said in text_of(page)
        assert "capz.csv" in page.text
        assert "reportby" in text_of(page), "and not the first fault alone"
        assert 'value="keep"' not in page.text
        assert 'value="keep"' not in office.get("/law/new").text


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        ("a = = 1", "rulebook.toml 第1行第5列", "不是TOML：取值无效"),
        ("a = 1 b", "rulebook.toml 第1行第7列", "不是TOML：一条语句之后应换行或结束"),
        ("a = 1\na = 2", "rulebook.toml 第2行", "不是TOML：同一键重复赋值"),
    ],
)
def test_a_law_that_is_no_toml_is_told_its_place_and_why_in_chinese(line: str, place: str, said: str) -> None:
    faults = checked([(name, line.encode() if name == "rulebook.toml" else raw) for name, raw in FILES.items()])
    assert isinstance(faults, list)
    assert faults[0].place.zh.startswith(place)
    assert faults[0].place.en.startswith("rulebook.toml line ")
    assert said in faults[0].what.zh


def test_a_zip_that_is_none_is_refused_in_the_language_of_the_page(served: Portal) -> None:
    page = bring(served.rehearsing(AUTHORITY, "zh"), b"PK\x03\x04 no zip")
    assert page.status_code == 422
    assert "zip文件已损坏或无法读取" in text_of(page)
    office = served.rehearsing(AUTHORITY)
    empty = office.send_parts("/law/new", {**hidden(office.get("/law/new")), "step": "check"}, ("", b""))
    assert "No file was chosen" in text_of(empty)


def test_the_law_in_force_is_not_proposed_once_more(served: Portal) -> None:
    page = bring(served.rehearsing(AUTHORITY), zipped(FILES, "same"))
    assert "It is the law in force." in text_of(page)
    assert 'value="keep"' not in page.text


@pytest.mark.parametrize(
    ("changes", "why", "warum"),
    [
        (
            (('code = "CNY"', 'code = "EUR"'), ('name_en = "yuan"', 'name_en = "€"')),
            "This book counts in CNY; a law that counts in EUR ([currency] code) needs a book of its own.",
            "本账簿以CNY计价；以EUR计价的规则（[currency] code）须另立账簿。",
        ),
        (
            (('zone = "dianzhong"', 'zone = "dianzhong"\ntime_zone = "Europe/Berlin"'),),
            "a law of Europe/Berlin ([programme] time_zone) needs a book of its own.",
            "Europe/Berlin的规则（[programme] time_zone）须另立账簿。",
        ),
        (
            (('id = "dianzhong"', 'id = "other"'),),
            "This book is of the programme dianzhong; a law of other ([programme] id) needs a book of its own.",
            "本账簿属于dianzhong交易体系；other的规则（[programme] id）须另立账簿。",
        ),
        ((('version = "2027.2"', 'version = "2027.1"'),), "version 2027.1 has another text", "2027.1"),
    ],
)
def test_a_sound_law_that_this_book_cannot_adopt_is_told_so_before_it_is_taken_to_the_act(
    served: Portal, changes: tuple[tuple[str, str], ...], why: str, warum: str
) -> None:
    newer = NEWER["rulebook.toml"].decode()
    for old, new in changes:
        assert old in newer
        newer = newer.replace(old, new, 1)
    law = packed({**NEWER, "rulebook.toml": newer.encode()})
    for language, said in (("en", why), ("zh", warum)):
        shown = bring(served.rehearsing(AUTHORITY, language), law)
        assert said.lower() in text_of(shown).lower()
        assert 'value="keep"' not in shown.text


def test_a_law_is_brought_by_whom_the_law_lets_and_from_a_page_of_theirs(served: Portal) -> None:
    assert served.rehearsing("steel").get("/law/new").status_code == 403
    assert served.rehearsing("steel").send("/law/new", text="x").status_code == 403, "before what they sent is read"
    assert "/sign-in" in str(served.stranger().get("/law/new").url)
    assert 'href="/law/new"' not in served.stranger().get("/law").text
    office = served.rehearsing(AUTHORITY)
    foreign = office.send_parts("/law/new", {"csrf": "x", "step": "check"}, ("law.zip", zipped(NEWER, "law")))
    assert foreign.status_code == 422
    assert "Nothing was sent." in text_of(foreign)
    gone = office.send_parts("/law/new", {**hidden(office.get("/law/new")), "digest": "0" * 64, "step": "keep"})
    assert "bring it once more" in text_of(gone)


def test_the_text_of_a_law_is_handed_out_once_it_is_adopted(served: Portal) -> None:
    assert served.stranger().get(f"/law/text/{IN_FORCE}.zip").status_code == 200
    for name in (f"{digest(load_texts(NEWER))}.zip", f"{IN_FORCE}.tar", "x.zip"):
        assert served.stranger().get(f"/law/text/{name}").status_code == 404


# --- the files


def test_files_come_in_a_folder_a_zip_or_one_by_one() -> None:
    alone = [(name, content) for name, content in FILES.items()]
    inside = [(f"a/law/{name}", content) for name, content in FILES.items()]
    beside = [*inside, ("a/law/.DS_Store", b""), ("a/__MACOSX/law/._caps.csv", b"x"), ("a/law/old/caps.csv", b"x")]
    assert texts_of(alone) == texts_of(inside) == texts_of(beside) == dict(FILES)
    assert texts_of([("law.zip", packed(dict(beside)))]) == dict(FILES)
    windows = {name.replace("/", "\\"): content for name, content in inside}
    assert texts_of([("law.zip", packed(windows))]) == dict(FILES)
    assert texts_of([("law.zip", zipped(FILES, "law"))]) == dict(FILES)


def test_a_form_may_bring_several_files() -> None:
    raw = b"".join(
        b'--X\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n' % (name, content)
        for name, content in ((b"a/rulebook.toml", b"1"), (b"a/caps.csv", b"2"), (b"", b""))
    )
    fields = b'--X\r\nContent-Disposition: form-data; name="step"\r\n\r\ncheck\r\n--X--\r\n'
    found = files_of(raw + fields, "multipart/form-data; boundary=X")
    assert found == ({"step": "check"}, [("a/rulebook.toml", b"1"), ("a/caps.csv", b"2")])


def hostile(name: str) -> bytes:
    """A zip that means harm."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        if name == "large":
            file.writestr("rulebook.toml", b"#" * (law_files.MOST_BYTES + 1))
        elif name == "many":
            for number in range(law_files.MOST_FILES + 1):
                file.writestr(f"{number}.csv", b"")
        elif name == "link":
            link = zipfile.ZipInfo("rulebook.toml")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(link, "/etc/passwd")
        elif name == "bzip2":
            file.writestr("rulebook.toml", b"x", zipfile.ZIP_BZIP2)
        elif name == "two":
            file.writestr("a/rulebook.toml", b"x")
            file.writestr("b/rulebook.toml", b"x")
        else:
            file.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("large", "unpacks to more than"),
        ("many", "holds more than 200 files"),
        ("link", "is a link"),
        ("bzip2", "is packed in a way"),
        ("two", "stands there 2 times"),
        ("../rulebook.toml", "leads out of its folder"),
        ("/etc/rulebook.toml", "leads out of its folder"),
        ("C:\\law\\rulebook.toml", "leads out of its folder"),
        ("notes.txt", "is not among what was brought"),
    ],
)
def test_a_hostile_zip_is_refused(name: str, what: str) -> None:
    with pytest.raises(Malformed, match=what):
        texts_of([("law.zip", hostile(name))])


def test_a_zip_that_says_it_is_smaller_than_it_is_is_refused() -> None:
    raw = bytearray(hostile("large"))
    true = (law_files.MOST_BYTES + 1).to_bytes(4, "little")
    assert true in raw
    with pytest.raises(Malformed, match="is no zip that can be read"):
        texts_of([("law.zip", bytes(raw.replace(true, (10).to_bytes(4, "little"))))])


def test_a_file_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(Malformed, match="stands there twice"):
        texts_of([("a/rulebook.toml", b"1"), ("a\\rulebook.toml", b"2")])


# --- what is proposed says what it is


def test_who_proposes_a_cap_is_told_how_large_it_is_before_and_after(served: Portal) -> None:
    for language, head in (("en", "Cap by the law"), ("zh", "规则所定总量")):
        office = served.rehearsing(AUTHORITY, language)
        form = hidden(office.get("/act/SetCap"))
        vintage = 2027 if language == "en" else 2028
        preview = office.send("/act/SetCap", form, pollutant="PM", jurisdiction="KM", vintage=vintage, step="preview")
        assert head in text_of(preview)
        done = office.send("/act/SetCap", {**hidden(preview), "step": "confirm"})
        assert head in text_of(done)
