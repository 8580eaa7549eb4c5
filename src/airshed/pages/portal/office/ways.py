"""The paths of these rooms."""

from __future__ import annotations

from airshed.pages.portal.office import (
    allocation,
    closing,
    desk,
    exceedances,
    law,
    proof,
    queue,
    reports,
    statement_pdf,
    studies,
)
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
    Way("/law/{section}", "GET", law.section, "law_section", "portal", "anybody"),
    Way("/check", "GET", proof.check, "check", "portal", "anybody"),
    Way("/check/verifier", "GET", proof.verifier, "verifier", "portal", "anybody"),
    Way(
        "/check/papers.pem",
        "GET",
        statement_pdf.certificate,
        "papers_certificate",
        "portal",
        "anybody",
        gives=(statement_pdf.PEM,),
    ),
    Way("/checkpoint", "GET", proof.checkpoint, "checkpoint", "portal", "anybody", gives=("text/plain",)),
    Way("/proof/{seq}", "GET", proof.proof, "proof_file", "portal", "anybody", gives=("text/plain",)),
    Way("/proof/from/{old}", "GET", proof.consistency, "consistency", "portal", "anybody", gives=("text/plain",)),
    Way("/lab", "GET", studies.lab, "lab", "portal"),
    Way("/lab", "POST", studies.begin, "begin_study", "portal"),
    Way("/lab/compare", "GET", studies.compare, "compare_studies", "portal"),
    Way("/lab/{study}", "GET", studies.study, "study", "portal"),
    Way("/lab/{study}", "POST", studies.change, "change_study", "portal"),
    Way("/lab/{study}/brief", "GET", studies.brief, "study_brief", "portal"),
    Way("/lab/{study}/{file}", "GET", studies.file, "study_file", "portal", gives=tuple(studies.FILES.values())),
    Way("/exceedances", "GET", exceedances.exceedances, "exceedances", "portal"),
    Way("/queue", "GET", queue.queue, "queue", "portal"),
    Way("/closing", "GET", closing.closings, "closings", "portal"),
    Way("/closing/{year}", "GET", closing.closing, "closing", "portal"),
    Way("/closing/{year}", "POST", closing.close, "close_form", "portal"),
    Way("/report", "GET", reports.reports, "reports", "portal", "anybody"),
    Way("/report/{year}", "GET", reports.report, "report_page", "portal", "anybody"),
)
