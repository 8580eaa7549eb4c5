"""What `make quick` leaves out: what plays years, starts processes or browsers, searches for seconds, reads docs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import NoReturn

import pytest

LINES = """
    addressed agents agents_facts agents_told answered auction_event auctionpage axe brief brief_law briefpage callpage
    cancelling citations client cocontrol convert crash damage deploy docs docs_commands economics_properties
    embargo equilibrium evidence explain export figures forge formulas frames frictions gateway gateway_ahead
    gateway_control gateway_encryption gateway_evidence gateway_flood gateway_measure gateway_strangers gateway_tls
    guide_price guidepage hand_over hostile howto_served howto_service howto_year linking live mail many_feeds
    market_export marketdata marketpage meter_price methods names notices one_count origins other_law own_zone
    pages_figures passkeys pencil planted_bugs portal_browser portal_citizen portal_days portal_lab portal_pdf
    portal_proof portal_sealed portal_zone postgresql preview pricepage programmes proof_account proof_peers
    provenance_shown recompute reconcile register report report_any rulebook scenarios sealed sealed_file season
    sector sensitivity served_reading service service_attack service_bounds service_crash service_faults
    service_reading service_schema service_start shell shells signatures sim single_sign_on single_sign_on_forged
    site snapshot stackpage stacks starting table_scripts tables_shown transactions transcripts two users_kept
    verify_live wheel zonecall
"""
#: Files of tests, without `test_`.
LONG = frozenset(LINES.split())
#: Tests of other files that start a process, play whole runs of the simulator, or search for seconds.
ALONE = frozenset(
    {
        "test_a_command_is_sent_without_what_only_studies_need",
        "test_a_house_that_pins_others_gets_a_python_with_those_alone",
        "test_a_second_writer_is_refused_and_a_reader_is_not",
        "test_an_export_is_checked_without_airshed_with_the_law_and_without_it",
        "test_a_shell_makes_the_same_seal",
        "test_every_event_can_be_told",
        "test_random_bodies_of_every_command_come_back_from_their_options",
        "test_two_hundred_thousand_messages_trade_as_in_the_naive_book",
        "test_the_page_stands_in_a_browser",
        "test_the_command_of_the_shell_shows_the_code_and_waits",
    }
)
#: Fixtures that start one, or play a year.
STARTED = frozenset({"sockets", "database", "year_book", "few_book"})


def is_quick(item: pytest.Item) -> bool:
    """Whether a test of a file that is not left out belongs to the inner loop."""
    return item.name.partition("[")[0] not in ALONE and not STARTED & set(getattr(item, "fixturenames", ()))


def is_inner(item: pytest.Item) -> bool:
    """Whether a test of any file belongs to the inner loop."""
    return item.path.stem.removeprefix("test_") not in LONG and is_quick(item)


def no_process() -> Iterator[None]:
    """No test of the inner loop starts a process, so that it stays quick whoever adds to it."""

    def refused(*words: object, **options: object) -> NoReturn:
        raise AssertionError("the inner loop starts no process: name the test or its file in tests/inner_loop.py")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", refused)
        patch.setattr(subprocess.Popen, "__del__", lambda self: None)
        yield
