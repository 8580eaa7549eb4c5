"""A start is short, for a takeover is a start: it reads what commands need, and the pages after that."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from airshed.service.http.ways import NO_PAGES, Pages
from services import market_book, served
from shells import MANNER

#: Libraries of which a service that takes a command of a machine needs none.
LATER = {
    "webauthn",
    "authlib",
    "joserfc",
    "httpx",
    "OpenSSL",
    "rich",
    "jinja2",
    "numpy",
    "polars",
    "psycopg",
    "openpyxl",
}


def test_a_start_reads_no_library_that_a_command_does_not_need() -> None:
    code = f"import sys, airshed.cli.serve.command, airshed.service.http.run; print(*({LATER} & set(sys.modules)))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
        env={**os.environ, **MANNER},
    )
    assert said.stdout.split() == []


def test_programs_are_answered_before_the_pages_are_there(tmp_path: Path) -> None:
    there, told = threading.Event(), []

    def pages() -> Pages:
        assert there.wait(20)
        return NO_PAGES

    with served(market_book(tmp_path), bring=pages) as found:
        asking = threading.Thread(target=lambda: told.append(found.stranger().get("/passkeys.js").status_code))
        asking.start()
        assert found.stranger().get("/readyz").status_code == 200
        assert found.stranger().get("/v1/depth/SO2-KM-2027").status_code == 200
        assert told == []
        there.set()
        asking.join(20)
    assert told == [200]


def test_pages_that_cannot_be_read_end_the_service_and_keep_nobody_waiting(tmp_path: Path) -> None:
    def pages() -> Pages:
        raise ImportError("a page is broken")

    with served(market_book(tmp_path), bring=pages) as found:
        pass
    assert isinstance(found.running.broken, ImportError)
