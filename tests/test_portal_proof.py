"""Proofs on a page: who may read a record gets its content, everybody a proof, and a browser checks it by itself."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from airshed.engine.commands import PlaceOrder
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.pages.portal.office import proof
from airshed.pages.portal.ways import PORTAL
from airshed.registry.proof.checkpoint import entry_from, entry_of, read_checkpoint, read_inclusion
from airshed.registry.proof.notes import Signs
from airshed.registry.proof.tree import Tree, included, leaf_hash, root_of
from airshed.service.book.kept import KeptBook
from airshed.service.book.sqlite import Book
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.service import Service
from airshed.service.proof.keys import make_key, signing
from airshed.service.proof.publishing import publish
from airshed.service.proof.tree import entries
from markets import AUTHORITY
from portals import Portal, portal, text_of
from services import Served, market_book, served
from small_books import script


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    short = PlaceOrder("fund", "SO2-KM-2027", "sell", 2_000_000, 400_000)
    return market_book(tmp_path_factory.mktemp("proof"), ("fund", short))


@pytest.fixture(scope="module")
def site(book: Path) -> tuple[Path, str]:
    """A folder in which the head is published, and the key by which it is signed."""
    folder = book.parent / "site"
    public = make_key(book.parent / "registry.key", "registry.example/small", Signs.NOTE)
    with Book.read(book) as opened, signing(book.parent / "registry.key") as signer:
        publish(opened, folder, signer)
    return folder, str(public)


@pytest.fixture(scope="module")
def there(book: Path, site: tuple[Path, str]) -> Iterator[Portal]:
    with portal(book, demo_users=True, published=site[0]) as found:
        yield found


@pytest.fixture(scope="module", autouse=True)
def signed_proof(there: Portal) -> str:
    """A proof under the published head; asked for before a browser has the loop of this thread."""
    return there.rehearsing(AUTHORITY).get("/proof/20").text


def test_the_script_that_checks_a_proof_is_handed_out_and_is_the_one_of_the_project(there: Portal) -> None:
    assert 'href="/check/verify_proof.py"' in there.stranger().get("/check").text
    found = there.stranger().get("/check/verify_proof.py")
    assert found.headers["content-type"].startswith("text/x-python")
    assert found.content == (Path(__file__).parents[1] / "scripts" / "verify_proof.py").read_bytes()


def test_a_stranger_is_proven_number_and_hash_and_an_office_the_content(there: Portal) -> None:
    bare = read_inclusion(there.stranger().get("/proof/20").text, "proof")
    whole = read_inclusion(there.rehearsing(AUTHORITY).get("/proof/20").text, "proof")

    assert bare.extra == b""
    assert b'"seq":20' in whole.extra or len(whole.extra) > 65
    digest = entry_from(whole.extra, whole.leaf)
    for each in (bare, whole):
        head = read_checkpoint(each.note.rpartition("\n\n")[0] + "\n", "note")
        assert head.origin == "registry.example/small"
        assert included(leaf_hash(digest), each.leaf, head.size, each.path, head.root)


def test_the_tree_of_a_book_that_publishes_none_grows_beside_what_others_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first stranger who asked had a reader read the whole book, while others waited for it."""
    monkeypatch.setattr(proof, "SLICE", 10)
    sizes, under = list[int](), proof.under

    def seen(service: Service, opened: KeptBook) -> proof.Under:
        sizes.append(proof._tree_of(service)[1].size)
        return under(service, opened)

    monkeypatch.setattr(proof, "under", seen)
    with portal(market_book(tmp_path), demo_users=True) as found:
        assert found.stranger().get("/checkpoint").text.startswith("rehearsal.example/")
        assert sizes == [found.running.feed.last], "it was there before a reader was asked"


def test_a_proof_tells_no_more_of_a_record_than_the_record_is_told(there: Portal, book: Path) -> None:
    """The sentence of a refusal would say what is free, and so what is bid: it is for who was refused."""
    with Book.read(book) as opened:
        last = opened.last()
    for actor, told in ((EXCHANGE, False), ("fund", True)):
        found = read_inclusion(there.rehearsing(actor).get(f"/proof/{last}").text, "proof")
        assert (b"insufficient_holding" in found.extra, found.extra != b"") == (told, told), actor


def test_the_page_says_who_signed_and_leads_through_five_steps(there: Portal, site: tuple[Path, str]) -> None:
    page = there.stranger("zh").get("/check?record=20")
    text = text_of(page)

    assert "registry.example/small" in text
    assert page.text.count("<li>") >= 5
    assert 'href="/proof/20"' in page.text
    assert site[1] in text, "the key by which the signature is checked"
    assert f"&amp;key={quote(site[1], safe='/')}" in page.text, "and it is taken over"
    assert (site[0] / "key").read_text().strip() == site[1]
    assert "请填写1至" in text_of(there.stranger("zh").get("/check?record=9999999"))
    assert there.stranger().get("/proof/9999999").status_code == 404


def test_without_a_published_head_the_page_says_that_nobody_signed(tmp_path: Path) -> None:
    with portal(market_book(tmp_path)) as found:
        text = text_of(found.stranger().get("/check"))
        assert found.stranger().get("/checkpoint").text.startswith("unsigned/")
        proof = read_inclusion(found.stranger().get("/proof/3").text, "proof")
        digest = found.stranger().get("/v1/records/3").json()["hash"]
    head = read_checkpoint(proof.note.rpartition("\n\n")[0] + "\n", "note")
    assert "nobody: this service was given no published checkpoint" in text
    assert included(leaf_hash(entry_of(3, digest)), proof.leaf, head.size, proof.path, head.root)


def test_a_rehearsal_signs_its_head_itself_and_says_what_that_is_worth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who followed the five steps on the demo year never saw a signature hold."""
    file = tmp_path / "proof"
    with portal(market_book(tmp_path), demo_users=True) as found:
        page = found.stranger().get("/check?record=20")
        file.write_text(found.stranger().get("/proof/20").text, "utf-8")
    key = re.search(r"<code>(rehearsal\.example/[^<]*)</code>", page.text)
    assert key is not None
    assert "A key of this rehearsal" in text_of(page)
    assert "proves nothing of the book" in text_of(page)
    digest = re.search(r"Its hash: ([0-9a-f]{64})", text_of(page))
    assert digest is not None
    check = script("verify_proof").main
    with pytest.raises(SystemExit, match="give its hash too"):
        check([str(file), unescape(key[1])])
    check([str(file), unescape(key[1]), f"hash:{digest[1]}"])
    told = capsys.readouterr().out
    assert "ok record 20 stands under" in told
    assert f"signed by {key[1].partition('+')[0]}" in told
    with pytest.raises(SystemExit, match="not under the checkpoint"):
        check([str(file), unescape(key[1]), f"hash:{'0' * 64}"])


def root_after(book: Path, size: int) -> str:
    """The root of the first records: what somebody wrote down when the book was so long."""
    tree = Tree()
    with Book.read(book) as opened:
        tree.extend(entries(opened, 0, size))
    return b64encode(root_of(tree.node, size)).decode()


def test_the_script_holds_what_a_page_gave_to_the_head_that_was_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody signs there is no key, and the script had nothing to hold a proof to."""
    check, file, book = script("verify_proof").main, tmp_path / "proof", market_book(tmp_path)
    with portal(book, demo_users=True) as found:
        file.write_text(found.rehearsing(AUTHORITY).get("/proof/20?from=25").text, "utf-8")
    root = root_after(book, 25)
    check([str(file), f"head:25:{root}"])
    told = capsys.readouterr().out
    assert "ok 25 records are the beginning of" in told
    assert "ok record 20 stands under" in told
    for head, why in (
        (f"25:{b64encode(bytes(32)).decode()}", "history was rewritten"),
        (f"24:{root}", "it begins at 25"),
    ):
        with pytest.raises(SystemExit, match=why):
            check([str(file), f"head:{head}"])


# --- in a browser


@pytest.fixture(scope="module")
def live_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return market_book(tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="module")
def live(live_book: Path) -> Iterator[Served]:
    with served(
        live_book,
        ServiceLimits(stranger_burst=10_000),
        pages=PORTAL,
        demo_users=True,
    ) as found:
        yield found


@contextmanager
def verifier(browser: Browser, live: Served) -> Iterator[Page]:
    """The page that checks, and what it complained of."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live.url}/check/verifier")
    try:
        yield page
        assert complaints == []
    finally:
        page.close()


def checked(page: Page, **fields: str) -> str:
    for name, text in fields.items():
        page.fill(f"#{name}", text)
    page.click("#check")
    expect(page.locator("#said p").first).to_be_attached()
    page.wait_for_timeout(100)
    return page.inner_text("#said")


def test_a_citizen_checks_a_record_and_that_the_book_goes_on_from_the_head_that_was_kept(
    live: Served, browser: Browser
) -> None:
    proof = httpx.get(f"{live.url}/proof/20").text
    digest = httpx.get(f"{live.url}/v1/records/20").json()["hash"]
    head = read_checkpoint(httpx.get(f"{live.url}/checkpoint").text.rpartition("\n\n")[0] + "\n", "note")
    kept = f"{head.size}\n{b64encode(head.root).decode()}"
    with verifier(browser, live) as page:
        said = checked(page, proof=proof, hash=digest, head=kept)
        assert "Record 20 stands under the head" in said
        assert "It is the head that you kept." in said
        assert "No signature was checked." in said
        other = checked(page, proof=proof, hash="0" * 64)
        assert "does not stand under this head" in other
        going = httpx.get(f"{live.url}/proof/from/{head.size}").text
        assert "goes on from" in checked(page, proof=going, head=kept)
        wrong = f"{head.size}\n{b64encode(bytes(32)).decode()}"
        assert "its past was changed" in checked(page, proof=going, head=wrong)


def test_a_head_that_was_kept_on_another_day_is_no_other_head(
    live: Served, live_book: Path, browser: Browser, tmp_path: Path
) -> None:
    """A record more, and every proof was said to be of another book than the one whose head was kept."""
    now = read_checkpoint(httpx.get(f"{live.url}/checkpoint").text.rpartition("\n\n")[0] + "\n", "note")
    digest = httpx.get(f"{live.url}/v1/records/20").json()["hash"]
    root = root_after(live_book, 25)
    bare, going = (httpx.get(f"{live.url}/proof/{path}").text for path in ("20", "from/25"))
    one = httpx.get(f"{live.url}/proof/20?from=25").text
    assert "/proof/20?from=25" in httpx.get(f"{live.url}/check?record=20&from=２5").text
    files = [tmp_path / "one", tmp_path / "other"]
    for file, text in zip(files, (bare, going), strict=True):
        file.write_text(text, "utf-8")
    with verifier(browser, live) as page:
        said = checked(page, proof=bare, hash=digest, head=f"25\n{root}")
        assert said.startswith("One file is missing")
        assert page.get_by_role("link", name="/proof/from/25").get_attribute("href") == "/proof/from/25"
        page.set_input_files("#file", files)
        for head in (f"25\n{root}", f"25:{root}", f"２5 {root}", f"unsigned/a\n25\n{root}\n"):
            assert checked(page, head=head).startswith("Proven."), head
        assert "Record 20 stands under" in checked(page, proof=one)
        assert f"The book of {now.size} records goes on from the 25 that you kept." in checked(page, proof=one)
        wrong = b64encode(bytes(32)).decode()
        assert "its past was changed" in checked(page, head=f"25\n{wrong}")
        assert "is the hash of the last record" in checked(page, head=f"25:{'ab' * 32}")
        assert "is a size and a root" in checked(page, head="nothing of it")


def test_the_verdict_leads_and_of_what_does_not_hold_nothing_else_is_told(live: Served, browser: Browser) -> None:
    proof = httpx.get(f"{live.url}/proof/20").text
    digest = httpx.get(f"{live.url}/v1/records/20").json()["hash"]
    head = read_checkpoint(httpx.get(f"{live.url}/checkpoint").text.rpartition("\n\n")[0] + "\n", "note")
    kept = f"{head.size}\n{b64encode(head.root).decode()}"
    with verifier(browser, live) as page:
        alone = checked(page, proof=proof, hash=digest)
        assert alone.startswith("It holds, but its head stands on the proof's word alone")
        assert checked(page, head=kept).startswith("Proven.")
        other = checked(page, head=f"{head.size}\n{b64encode(bytes(32)).decode()}")
        assert other.strip() == "Not proven: The head of the proof is not the one that you kept."


def test_the_page_that_checks_speaks_the_language_of_who_opens_it_and_can_be_switched(
    live: Served, browser: Browser
) -> None:
    with verifier(browser, live) as page:
        assert "核验" not in page.inner_text("main").replace("中文", "")
        page.click("#switch [data-to=zh]")
        assert "This page is one file" not in page.inner_text("main")
        assert checked(page, proof="x").strip() == "未通过核验：不是证明文件。"
        page.goto("about:blank")
        page.goto(f"{live.url}/check/verifier#lang=zh")
        assert page.inner_text("h1").strip() == "核验证明"


def test_the_kilograms_that_are_proven_are_told_in_tonnes_and_the_record_is_folded_away(
    live: Served, browser: Browser
) -> None:
    record = {"events": [{"source": "s-steel", "year": 2027, "actor": "v", "mass_mg": {"NOx": 1_041_934_176_341}}]}
    proof = proven(record)
    with verifier(browser, live) as page:
        said = checked(page, proof=proof)
        assert "s-steel emitted 1,041.934 t of NOx in 2027, as v says." in said
        assert "1041934176341" not in said
        page.click("summary")
        assert "1041934176341" in page.inner_text("#said")


def proven(record: Mapping[str, object]) -> str:
    """A proof of the only record of a log."""
    body = json.dumps(record).encode()
    before = "0" * 64
    digest = sha256(before.encode() + body).hexdigest()
    root = b64encode(leaf_hash(f"1:{digest}".encode())).decode()
    extra = b64encode(before.encode() + b" " + body).decode()
    return f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 0\n\nlog\n1\n{root}\n\n"


def test_the_browser_checks_the_signature_of_a_published_head(
    site: tuple[Path, str], signed_proof: str, live: Served, browser: Browser
) -> None:
    proof = signed_proof
    with verifier(browser, live) as page:
        said = checked(page, proof=proof, key=site[1])
        assert "Signed by registry.example/small." in said or "cannot check Ed25519" in said
        assert "stands under the head" in said
        if "Signed by" in said:
            line = proof.rstrip("\n").rpartition("\n")[2]
            raw = line.split(" ")[2]
            forged = proof.replace(raw, raw[:-8] + "AAAAAAA=")
            assert "does not hold" in checked(page, proof=forged) or "cannot be read" in page.inner_text("#said")
