"""The statement of an account as PDF: printed by a browser of this machine and signed, as of a record."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.civil import CivilTime
from airshed.model.measures import Unit
from airshed.model.refusal import Malformed
from airshed.pages.kit.html import write
from airshed.pages.kit.pdf import print_page
from airshed.pages.kit.pdf_signed import signed
from airshed.pages.kit.sheet import Part, Sheet, SheetColumn
from airshed.pages.kit.sheet import page as sheet_page
from airshed.pages.kit.words import Language, Phrase, same
from airshed.pages.portal.account import HEADS, AccountPeriod, MoveLine, file_name, line_of, statement_for
from airshed.pages.portal.frame import acting, visitor_of
from airshed.pages.portal.happening import in_column
from airshed.pages.portal.names import called_in, firm_name
from airshed.rulebook.schema import Rulebook
from airshed.service.http.problems import Stopped
from airshed.service.http.receipts import Busy
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market
from airshed.service.sign_in.seals import LONGEST_NAME, StatementSeal

PDF, PEM = "application/pdf", "application/x-pem-file"
#: Moves that are printed; a file of Excel or CSV has more.
MOST_PRINTED = 2_000
#: A browser takes memory: one prints at a time, and so many wait.
PRINTING, MOST_WAITING = "printing", 3


async def as_pdf(service: Service, request: Request) -> Response:
    """The statement of a period, to be printed and filed."""
    visitor = await acting(service, request)
    found = await statement_for(visitor, file=True)
    if len(found.moves) > MOST_PRINTED:
        raise Stopped(
            "too_large", f"{len(found.moves):,} moves; at most {MOST_PRINTED:,} are printed, take Excel or CSV"
        )
    seq = visitor.standing.seq
    digest = await service.readers.read(lambda book: book.line(seq).hash)
    seal = seal_of(service, visitor.standing.programme.en)
    made = await visitor.look(lambda market, rules: sheet_of(found, market, rules, seq, digest, seal.fingerprint))
    html = sheet_page(made, service.provenance)
    turn, waiting = service.beside.setdefault(PRINTING, (asyncio.Semaphore(1), [0]))
    if waiting[0] >= MOST_WAITING:
        raise Busy(10)
    waiting[0] += 1
    try:
        async with turn:
            raw = await asyncio.to_thread(printed, html, visitor.language)
    except Malformed as error:
        raise Stopped("not_there", f"no PDF is made here: {error.what}; take Excel or CSV") from None
    finally:
        waiting[0] -= 1
    headers = {"Content-Disposition": f'attachment; filename="{file_name(found)}.pdf"'}
    paper = signed(raw, seal.sign, made.title.said(visitor.language), service.door.clock())
    return Response(paper, 200, headers, PDF)


def seal_of(service: Service, programme: str) -> StatementSeal:
    """The key of this service for papers; of a rehearsal it says so, and is gone with the service."""
    rehearsal = " (rehearsal)" if service.demo else ""
    return service.door.users.seal(programme[: LONGEST_NAME - len(rehearsal)] + rehearsal)


async def certificate(service: Service, request: Request) -> Response:
    """The certificate by which a signed paper is checked."""
    visitor = await visitor_of(service, request)
    seal = seal_of(service, visitor.standing.programme.en)
    headers = {"Content-Disposition": 'attachment; filename="papers.pem"'}
    return Response(seal.public, 200, headers, PEM)


def printed(html: str, language: Language) -> bytes:
    """A page as PDF, in one of its languages."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "statement.html", Path(folder) / "statement.pdf"
        write(source, html)
        print_page(source, target, language)
        return target.read_bytes()


def sheet_of(found: AccountPeriod, market: Market, rules: Rulebook, seq: int, digest: str, fingerprint: str) -> Sheet:
    """What stands on the paper: whose it is, the period, what was there before and after, every move."""
    at = rules.civil.clock(market.state.at)[:16].replace("T", " ")
    name, called = firm_name(rules, found.name), called_in(market.state, rules)
    lead = Phrase(
        f"{name.en} ({found.account}), {found.number}. From {found.period.first} to {found.period.last}. "
        f"As of record {seq:,}, {at}, whose hash is {digest}. "
        f"Signed by the service: readers of PDF check it by the certificate of SHA-256 fingerprint {fingerprint}, "
        f"which stands under Check it yourself, as does a proof of any line by its record number.",
        f"{name.zh}（{found.account}），{found.number}。期间：{found.period.first}至{found.period.last}。截至第{seq:,}条记录"
        f"（{at}），其哈希值为{digest}。本件由本服务电子签名，"
        f"可用PDF阅读器核验，证书SHA-256指纹为{fingerprint}，公示于“自行核验”；任一行均可凭记录编号在该处取得证明。",
    )
    balances = Part(
        Phrase("Balances", "余额"),
        Phrase("Before the period and after it.", "期初与期末。"),
        (
            SheetColumn(Phrase("Series", "配额系列")),
            SheetColumn(Phrase("Before", "期初"), True),
            SheetColumn(Phrase("After", "期末"), True),
        ),
        [
            *(
                (
                    series,
                    in_column(found.opening.get(series, 0), Unit.ALLOWANCES, rules),
                    in_column(found.closing.get(series, 0), Unit.ALLOWANCES, rules),
                )
                for series in sorted({**found.opening, **found.closing})
            ),
            (
                Phrase("Money", "资金"),
                in_column(found.opening_fen, Unit.FEN, rules),
                in_column(found.closing_fen, Unit.FEN, rules),
            ),
        ],
    )
    moves = Part(
        Phrase("Moves", "变动明细"),
        Phrase(f"{len(found.moves)} in the period.", f"期间共{len(found.moves)}笔。"),
        tuple(SheetColumn(head, place > 4) for place, head in enumerate(HEADS)),
        [_row(line_of(move, rules, called), rules.civil) for move in found.moves],
    )
    foot = f"{found.account} · {found.period.first} – {found.period.last} · #{seq:,} {digest[:16]}"
    return Sheet(Phrase("Statement", "账户对账单"), found.account, lead, (balances, moves), foot)


def _row(line: MoveLine, time: CivilTime) -> tuple[str | Phrase, ...]:
    return (
        *(time.clock(line.at)[:16].replace("T", " "), f"{line.seq:,}", line.what, line.other, line.series),
        *(line.moved or same(""), line.balance, line.money, line.cash),
    )
