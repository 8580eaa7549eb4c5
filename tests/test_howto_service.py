"""The session with curl of the docs is what happens, command by command."""

from __future__ import annotations

from pathlib import Path

from services import market_book, served
from shells import BLOCK, Shell

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "use-the-service.md"


def test_the_session_with_curl_goes_as_it_is_written(tmp_path: Path, shell: Shell) -> None:
    with served(market_book(tmp_path)) as service:
        service.user("steel")
        authenticator = tmp_path / "authenticator"
        authenticator.write_text(f"#!/bin/sh\necho {service.code('steel')}\n", "utf-8")
        authenticator.chmod(0o755)
        shell.environment |= {"AIRSHED": service.url, "PATH": f"{tmp_path}:{shell.environment['PATH']}"}
        blocks = BLOCK.findall(PAGE.read_text("utf-8"))
        assert sum(shell.expect(text) for _, _, text in blocks) > 15
