"""Say of a file that SQLite cannot read which page is damaged, and how many records before it are whole."""

from __future__ import annotations

from pathlib import Path

from airshed.engine.journal import GENESIS, Line, linked
from airshed.model.refusal import Malformed
from airshed.service.book.pages import JOURNAL_ROOT, BadPage, BookPages, PageTree

CURE = "restore the book from a copy"


def named_by_page(path: Path, said: str) -> Malformed | None:
    """The first record that is wrong, or the page that cannot be read; what SQLite `said` when every page can be.

    None for a file of another kind, in which there is not one record.
    Records are counted one after the other along the chain, so what is called whole is what was written.
    """
    pages = BookPages(path)
    trees: list[PageTree] = []
    bad: BadPage | None = None
    try:
        trees = pages.trees()
    except BadPage as found:
        bad = found
    root = next((tree.root for tree in trees if tree.name == "journal"), JOURNAL_ROOT)
    whole, wrong = _records(pages, root)
    if isinstance(wrong, Malformed):
        return Malformed(f"{path} record {whole + 1}", f"{wrong.what}; {_count(whole)} before it are whole", CURE)
    if not whole and not pages.begins():
        return None
    bad = bad or wrong
    what = "before it are whole"
    if bad is None:
        bad, what = _elsewhere(pages, trees), "are whole"
    if bad is None:
        return Malformed(str(path), f"{said}; {_count(whole)} are whole", CURE)
    place = f"{path} page {bad.number} of {pages.count}"
    return Malformed(place, f"cannot be read ({bad.why}); {_count(whole)} {what}", CURE)


def is_cut(path: Path) -> bool:
    """Whether a file of SQLite ends before its last page does; of a page that is cut SQLite reads the rest as zeros."""
    if not path.is_file():
        return False
    pages = BookPages(path)
    try:
        pages.page(pages.count)
    except BadPage:
        return pages.begins()
    return False


def _records(pages: BookPages, root: int) -> tuple[int, Malformed | BadPage | None]:
    """How many records from the first on are whole, and what is wrong with the next."""
    whole, reached = 0, GENESIS
    try:
        for seq, cells in pages.rows(root):
            if len(cells) != 3 or not isinstance(cells[1], bytes) or not isinstance(cells[2], bytes):
                return whole, Malformed("", "is no row of a journal", CURE)
            reached = linked(Line(seq, cells[1].decode("ascii", "replace"), cells[2]), whole, reached)
            whole = seq
    except (Malformed, BadPage) as wrong:
        return whole, wrong
    return whole, None


def _elsewhere(pages: BookPages, trees: list[PageTree]) -> BadPage | None:
    """The first page outside the journal that cannot be read."""
    for tree in trees:
        try:
            pages.walk(tree.root)
        except BadPage as bad:
            return BadPage(bad.number, f"of {tree.name}: {bad.why}")
    return None


def _count(whole: int) -> str:
    return f"{whole:,} records" if whole != 1 else "1 record"
