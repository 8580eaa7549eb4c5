"""The design laboratory of the portal: studies begin, run by themselves, are found again, compared and stopped."""

from __future__ import annotations

import fcntl
import json
import re
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from airshed.lab.scenarios.schema import every, of
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.office.designs import FILE, _file, as_toml, asked, laws
from airshed.pages.portal.office.law_files import texts_of
from airshed.pages.portal.office.outcomes import outcome_of
from airshed.pages.portal.office.studies import title_of
from airshed.pages.portal.ways import PORTAL
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.rulebook.strict import misfits
from airshed.service.book.law import laws_of
from airshed.service.book.sqlite import Book
from airshed.service.http.limits import ServiceLimits
from airshed.service.run import studies as module
from airshed.service.run.parts import put
from airshed.service.run.studies import ANSWER, ASKED, BEGAN, HELD, MOST_WAITING, Asked, Began, Studies, Study
from laws import FILES, RULES
from markets import AUTHORITY, adopting_next, done, market
from portals import Browser, Portal, hidden, portal, text_of
from services import market_book, served

SCENARIO = {"kind": "scenario", "base": "dianzhong", "years": "1", "draws": "1", "seed": "7", "crossing": "never"}
SCENARIO |= {"wall": "as-it-is", "method": "as-it-is", "banking": "as-it-is"}
BRIEF = {"kind": "brief", "law": "dianzhong", "pollutant": "SO2", "years": "1", "growth": "1", "decline": "3"}
BRIEF |= {"rate": "5", "sessions": "0"}
#: Seconds within which a small study is whole on a machine that has much else to do.
SOON = 120.0


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("lab")), demo_users=True) as found:
        yield found
        studies = studies_of(found)
        for each in studies.all():
            studies.cancel(each.name, "test")


def studies_of(found: Portal) -> Studies:
    assert found.running.service.studies is not None
    return found.running.service.studies


def sent(somebody: Browser, fields: dict[str, str], **more: str) -> Any:
    csrf = hidden(somebody.get("/lab"))["csrf"]
    return somebody.send("/lab", {**fields, "csrf": csrf, **more})


def over(studies: Studies, name: str, *, states: tuple[str, ...] = ("done",)) -> None:
    """Wait until a study is over."""
    until = time.monotonic() + SOON
    while (study := studies.get(name)) is not None and not study.over and time.monotonic() < until:
        time.sleep(0.05)
    assert study is not None
    assert study.state in states, study.said()


@contextmanager
def at_work(studies: Studies) -> Iterator[str]:
    """A study that is at work as long as this lasts, and of which nothing more is heard."""
    name = "0123456789abcdef"
    folder = studies.folder / name
    folder.mkdir(parents=True)
    with (folder / HELD).open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (folder / BEGAN).write_bytes(msgspec.json.encode(Began(0, int(time.time() * 1000))))
        fields = {key: value for key, value in SCENARIO.items() if key != "kind"}
        (folder / ASKED).write_bytes(msgspec.json.encode(Asked("scenario", "small-bureau", 1, fields, ("lab",))))
        yield name


def test_two_designs_run_by_themselves_and_stand_side_by_side(there: Portal) -> None:
    office, studies = there.rehearsing(AUTHORITY), studies_of(there)
    before = there.records()
    first = sent(office, SCENARIO)
    second = sent(office, SCENARIO, crossing="free", paid="５０")
    names = [said.url.path.removeprefix("/lab/") for said in (first, second)]
    assert "What was asked" in text_of(first)
    for name in names:
        over(studies, name)

    shown = text_of(office.get(f"/lab/{names[0]}"))
    assert "Figures: assumed, simulated. No real firm did this." in shown
    assert "Mean price (yuan/t)" in shown
    assert "closed cities" in shown
    assert f"{RULES.programme.id} {RULES.programme.version}, as it is shipped" in shown
    assert "Pollutant of all figures SO2" in shown
    assert "no interval to rely on" in shown
    study = studies.get(names[0])
    assert study is not None
    assert (study.done, study.steps) == (1, 1)

    beside = text_of(office.get(f"/lab/compare?a={names[0]}&b={names[1]}"))
    assert "Both were played on the same futures" in beside
    assert "closed cities open" in beside
    assert "as the law has it 50 %" in beside
    assert "as the scenario has it" not in beside, "what a scenario has was not said, and so not what two differ in"
    assert "Auction revenue (million yuan)" in beside
    assert office.get(f"/lab/{names[0]}/{FILE}").text.startswith("name_en")
    assert office.get(f"/lab/{names[0]}/answer.json").json()["paths"] == 1
    assert "现行规则：城市间交易各市封闭" in text_of(there.rehearsing(AUTHORITY, "zh").get(f"/lab/{names[0]}"))
    assert there.records() == before


def test_a_design_starts_from_the_law_of_the_book_and_the_law_as_it_is_is_played_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "own.book"
    runner = market(Book.create(path), tables=True)
    book = runner.journal
    assert isinstance(book, Book)
    changed = FILES["rulebook.toml"].replace(b'version = "2027.1"', b'version = "2027.9"', 1)
    files = {**FILES, "rulebook.toml": changed}
    book.keep_law(digest(load_texts(files)), files)
    runner.laws = laws_of(book)
    done(runner, AUTHORITY, adopting_next(load_texts(files)))
    book.close()
    with portal(path, demo_users=True) as found:
        office, studies = found.rehearsing(AUTHORITY), studies_of(found)
        assert 'value="book" selected' in office.get("/lab").text
        said = sent(office, SCENARIO, base="book", crossing="never", pollutant="NOx")
        name = said.url.path.removeprefix("/lab/")
        over(studies, name)
        shown = office.get(f"/lab/{name}")
        other = office.send(
            "/lab", dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', beside(shown.text)))
        )
        over(studies, other.url.path.removeprefix("/lab/"))
        plain = office.get(other.url.path)
    text = text_of(shown)
    assert "dianzhong 2027.9, as the book keeps it" in text
    assert "Pollutant of all figures NOx" in text
    assert "closed cities" in text
    assert "Play the law as it is" in text
    assert "Pollutant of all figures NOx" in text_of(plain)
    assert "<h1>The law in force of this book</h1>" in plain.text
    assert "Play the law as it is" not in plain.text


def beside(page: str) -> str:
    """The form that plays the law as it is."""
    forms: list[str] = re.findall(r"(?s)<form.*?</form>", page)
    return next(form for form in forms if "Play the law as it is" in form)


def test_a_brief_is_made_and_opened_under_a_policy_of_its_own(there: Portal) -> None:
    city = there.rehearsing("small-bureau", "zh")
    said = sent(city, BRIEF)
    name = said.url.path.removeprefix("/lab/")
    over(studies_of(there), name)

    shown = text_of(city.get(f"/lab/{name}"))
    assert "SO2全区统一价格（元/吨）" in shown
    assert "打开报告" in shown
    page = city.get(f"/lab/{name}/page/brief")
    assert "script-src 'sha256-" in page.headers["content-security-policy"]
    assert 'data-chosen="zh"' in page.text
    twice = city.get(f"/lab/compare?a={name}&b={name}")
    assert (twice.status_code, "所选为同一任务" in text_of(twice)) == (422, True)


def test_what_a_brief_chose_is_written_as_a_law_kept_or_taken_to_the_act(there: Portal) -> None:
    office = there.rehearsing(AUTHORITY)
    name = sent(office, BRIEF).url.path.removeprefix("/lab/")
    over(studies_of(there), name)
    page = office.get(f"/lab/{name}")
    assert "Write it as a law" in text_of(page)
    assert "写成规则" in text_of(there.rehearsing(AUTHORITY, "zh").get(f"/lab/{name}"))

    packed = office.get(f"/lab/{name}/law.zip")
    assert packed.headers["content-type"] == "application/zip"
    law = load_texts(texts_of([("law.zip", packed.content)]))
    assert law.programme.version.startswith("2027.1-")
    assert "lab brief --rulebook=dianzhong --pollutant=SO2" in law.terms.cite

    brought = office.send(f"/lab/{name}", {"csrf": hidden(page)["csrf"]}, step="law")
    assert brought.url.path == "/law/new"
    assert law.programme.version in text_of(brought)
    assert digest(law) in brought.text

    city = there.rehearsing("small-bureau")
    shown = city.get(f"/lab/{name}")
    assert "Write it as a law" not in text_of(shown)
    assert "Keep the law as a zip" in text_of(shown)
    assert city.send(f"/lab/{name}", {"csrf": hidden(shown)["csrf"]}, step="law").status_code == 403


def test_what_is_wrong_stands_beside_its_field_and_nothing_begins(there: Portal) -> None:
    office, studies = there.rehearsing(AUTHORITY), studies_of(there)
    before = len(studies.all())

    wrong = sent(office, SCENARIO, draws="3.000,5", years="400", caps="40 t", floor="9000", ceiling="10")
    assert wrong.status_code == 422
    text = text_of(wrong)
    assert "'3.000,5' is no number. Write one from 1 to 50." in text
    assert "Write a whole number from 1 to 8." in text
    assert re.search(r'value="3\.000,5"[^>]*aria-invalid="true"', wrong.text)
    assert "Lowest price" in text_of(sent(office, SCENARIO, floor="9000", ceiling="10"))
    assert sent(office, SCENARIO, floor="9000", ceiling="10").status_code == 422
    chinese = there.rehearsing(AUTHORITY, "zh")
    assert "最低价格9000高于最高价格10。请使最低价格不高于最高价格。" in text_of(
        sent(chinese, SCENARIO, floor="9000", ceiling="10")
    )
    assert "3001.5不是最小变动价位10元/吨的整数倍" in text_of(sent(chinese, SCENARIO, floor="3001.5", ceiling="6000"))
    other = sent(office, BRIEF, law="acidrain", pollutant="NOx")
    assert other.status_code == 422
    assert "This law does not know it." in text_of(other)
    old = office.send("/lab", {**SCENARIO, "csrf": "x"})
    assert old.status_code == 403
    assert "Nothing was begun" in text_of(old)
    assert len(studies.all()) == before


def test_more_than_may_wait_is_refused_beside_the_form_and_what_is_lost_says_so(tmp_path: Path) -> None:
    with portal(market_book(tmp_path), demo_users=True) as found:
        studies, city, office = studies_of(found), found.rehearsing("small-bureau"), found.rehearsing(AUTHORITY)
        with at_work(studies) as name:
            waiting = [sent(office, SCENARIO).url.path for _ in range(MOST_WAITING)]
            assert {each.state for each in studies.all()} == {"running", "waiting"}
            refused = sent(office, SCENARIO, seed="8")
            assert refused.status_code == 503
            assert "Nothing was begun" in text_of(refused)
            assert 'value="8"' in refused.text

            csrf = hidden(city.get("/lab"))["csrf"]
            assert city.send(waiting[0], {"csrf": csrf, "step": "cancel"}).status_code == 403
            exchange = found.rehearsing(EXCHANGE)
            csrf = hidden(exchange.get("/lab"))["csrf"]
            assert exchange.send(waiting[0], {"csrf": csrf, "step": "cancel"}).status_code == 403, "of another office"
            assert 'name="step"' not in exchange.get(f"{waiting[0]}?ask=cancel").text
            assert 'name="step"' not in office.get(waiting[0]).text, "it asks first"
            assert "What it has done so far is lost" in text_of(office.get(f"{waiting[0]}?ask=cancel"))
            for path in waiting:
                csrf = hidden(office.get(path))["csrf"]
                assert "stopped by hand" in text_of(office.send(path, {"csrf": csrf, "step": "cancel"}))

        again = Studies(studies.folder)  # as a service that starts anew
        lost = again.get(name)
        assert lost is not None
        assert lost.state == "lost"
        assert "its process is gone" in text_of(city.get(f"/lab/{name}"))
        csrf = hidden(city.get(f"/lab/{name}"))["csrf"]
        assert city.send(f"/lab/{name}", {"csrf": csrf, "step": "remove"}).url.path == "/lab"
        assert again.get(name) is None


def test_a_study_at_work_is_stopped_and_its_process_is_gone(there: Portal) -> None:
    office, studies = there.rehearsing(AUTHORITY), studies_of(there)
    path = sent(office, SCENARIO, years="8", draws="50").url.path
    name = path.removeprefix("/lab/")
    until = time.monotonic() + SOON
    while (study := studies.get(name)) is not None and study.began is None and time.monotonic() < until:
        time.sleep(0.05)
    csrf = hidden(office.get(path))["csrf"]
    office.send(path, {"csrf": csrf, "step": "cancel"})
    over(studies, name, states=("cancelled",))
    until = time.monotonic() + SOON
    while studies.get(name) is not None and time.monotonic() < until:
        studies.remove(name)  # which it does when the process is gone, and not before
        time.sleep(0.05)
    assert studies.get(name) is None


@pytest.mark.parametrize("file", [ASKED, BEGAN])
def test_a_study_that_cannot_be_read_is_lost_and_stands_in_nobodys_way(tmp_path: Path, file: str) -> None:
    book, name = market_book(tmp_path), "0123456789abcdef"
    with portal(book) as before:
        folder = studies_of(before).folder / name
    folder.mkdir(parents=True)
    fields = {key: value for key, value in SCENARIO.items() if key != "kind"}
    (folder / ASKED).write_bytes(msgspec.json.encode(Asked("scenario", AUTHORITY, 1, fields, ("lab",))))
    (folder / file).write_bytes(b"")  # as a power cut leaves it
    with portal(book, demo_users=True) as there:
        office = there.rehearsing(AUTHORITY)
        assert "its process is gone" in text_of(office.get("/lab"))
        page = office.get(f"/lab/{name}")
        assert f"{file}: cannot be read" in text_of(page)
        assert office.send(f"/lab/{name}", {"csrf": hidden(page)["csrf"], "step": "remove"}).status_code == 200
        assert not folder.exists()


def test_a_study_of_which_nothing_can_be_noted_does_not_run_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(out: Path, path: Path, content: bytes, *, durable: bool = False) -> str:
        if path.name == BEGAN and not (tmp_path / "told").exists():
            (tmp_path / "told").touch()
            raise Malformed(str(path), "cannot be written (No space left on device)", "make room and run again")
        return put(out, path, content, durable=durable)

    monkeypatch.setattr(module, "put", full)
    studies = Studies(tmp_path / "lab")
    fields = {key: value for key, value in SCENARIO.items() if key != "kind"}
    name = studies.ask(Asked("scenario", AUTHORITY, 1, fields, ("lab", "scenario", "dianzhong")))
    over(studies, name, states=("failed",))
    study = studies.get(name)
    assert study is not None
    assert "it could not begin: cannot be written" in study.said()


def test_the_laboratory_is_for_offices(there: Portal) -> None:
    assert there.rehearsing("steel").get("/lab").status_code == 403
    assert there.stranger().get("/lab").url.path == "/sign-in"
    assert there.rehearsing(AUTHORITY).get("/lab/0000000000000000").status_code == 404
    assert "Design laboratory" in text_of(there.rehearsing(AUTHORITY).get("/"))


@pytest.mark.parametrize("name", sorted(every()))
def test_a_shipped_scenario_that_is_written_anew_says_the_same(name: str) -> None:
    told = tomllib.loads(as_toml(_file(name)))
    assert not list(misfits(told, type(every()[name]), name))
    assert of(told, name) == every()[name]


def test_a_form_asks_for_the_words_that_a_shell_would() -> None:
    _, wanted = asked("brief", BRIEF, "somebody", 1)
    assert wanted is not None
    assert wanted.words[:4] == ("lab", "brief", "--rulebook=dianzhong", "--pollutant=SO2")
    assert set(laws()) >= {"dianzhong", "shanxi", "acidrain"}


def test_a_bridge_says_every_price_and_its_largest_cause(tmp_path: Path) -> None:
    fields = {"law": "dianzhong", "pollutant": "SO2", "years": "2", "growth": "1", "decline": "3", "rate": "5"}
    _, wanted = asked("bridge", fields, "somebody", 1)
    assert wanted is not None
    assert wanted.words[:4] == ("lab", "bridge", "--rulebook=dianzhong", "--pollutant=SO2")
    assert wanted.words[-2:] == ("--html=bridge.html", "--json")
    steps = [
        {"cause": "no banking", "cause_zh": "不得结转", "yuan_per_t": 12.0, "price_yuan_per_t": 3_012.0},
        {"cause": "no tax", "cause_zh": "不计环保税", "yuan_per_t": -512.0, "price_yuan_per_t": 2_500.0},
    ]
    guide = {"name": "guide price", "name_zh": "指导价", "price_yuan_per_t": 2_500.0, "steps": steps}
    answer = {"year": 2027, "price_yuan_per_t": 3_000.0, "bridges": [guide], "origins": [], "provenance": None}
    (tmp_path / ANSWER).write_text(json.dumps(answer))
    study = Study("a" * 16, tmp_path, wanted, "done", None, None, None, 1, 1)

    under, other = outcome_of(study).rows
    assert (under.text.en, other.value) == ("3,000", 2_500.0)
    assert other.text == Phrase("2,500; most by no tax: −512", "2,500；主要成因：不计环保税 −512")
    assert title_of(study) == Phrase("Prices, dianzhong SO2", "价格对照：dianzhong SO2")


def test_an_open_page_sees_by_itself_that_a_study_is_over(tmp_path: Path, browser: Chromium) -> None:
    limits = ServiceLimits(stranger_burst=10_000)
    with served(market_book(tmp_path), limits, pages=PORTAL, demo_users=True) as found, ExitStack() as work:
        studies = found.running.service.studies
        assert studies is not None
        name = work.enter_context(at_work(studies))
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{found.url}/sign-in")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        page.locator(f'button[name="as"][value="{AUTHORITY}"]').click()
        page.wait_for_url(f"{found.url}/")
        page.goto(f"{found.url}/lab/{name}")
        expect(page.locator("#stands")).to_contain_text("at work")
        work.close()
        expect(page.get_by_text("The process that worked on it is gone")).to_be_visible()
        context.close()
