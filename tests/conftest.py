"""What every test shares: properties without a clock, and a shell whose commands start at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from shells import Shell, servers

# Properties fail for what they find, never for how long a busy machine took to look.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def sockets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    with servers(tmp_path_factory.mktemp("forks")) as begun:
        yield begun


@pytest.fixture
def shell(tmp_path: Path, sockets: list[str]) -> Shell:
    """A shell in the folder of the test; its `airshed` is that of this source."""
    return Shell(tmp_path, sockets)
