"""The paths of these rooms."""

from __future__ import annotations

from airshed.pages.portal.office import allocation, closing, desk, law, proof, queue, reports, statement_pdf
from airshed.service.http.ways import Way

OFFICE = (
    Way(
        "/account/statement.pdf",
        "GET",
        statement_pdf.as_pdf,
        "statement_pdf",
        "portal",
        gives=(statement_pdf.PDF,),
    ),
    Way("/allocation", "GET", allocation.allocation, "allocation", "portal"),
    Way("/allocation", "POST", allocation.try_allocation, "try_allocation", "portal"),
    Way("/desk", "GET", desk.desk, "desk", "portal"),
    Way("/auctions/{auction}", "GET", desk.result, "auction_page", "portal", "anybody"),
    Way("/law", "GET", law.law, "law_page", "portal", "anybody"),
    Way("/check", "GET", proof.check, "check", "portal", "anybody"),
    Way("/check/verifier", "GET", proof.verifier, "verifier", "portal", "anybody"),
    Way("/checkpoint", "GET", proof.checkpoint, "checkpoint", "portal", "anybody", gives=("text/plain",)),
    Way("/proof/{seq}", "GET", proof.proof, "proof_file", "portal", "anybody", gives=("text/plain",)),
    Way("/proof/from/{old}", "GET", proof.consistency, "consistency", "portal", "anybody", gives=("text/plain",)),
    Way("/queue", "GET", queue.queue, "queue", "portal"),
    Way("/closing", "GET", closing.closings, "closings", "portal"),
    Way("/closing/{year}", "GET", closing.closing, "closing", "portal"),
    Way("/closing/{year}", "POST", closing.close, "close_form", "portal"),
    Way("/report", "GET", reports.reports, "reports", "portal", "anybody"),
    Way("/report/{year}", "GET", reports.report, "report_page", "portal", "anybody"),
)
