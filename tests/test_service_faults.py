"""What breaks around a service, with real processes: nothing that was answered is lost, and what is wrong is named."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from airshed.client import Client
from airshed.client.connection import Refused
from airshed.engine import commands as c
from airshed.engine.journal import decode
from airshed.model.provenance import Programme
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find, texts
from airshed.service.book.addressed import to_read
from airshed.service.book.opening import begin
from airshed.service.book.places import where
from airshed.service.book.verify import verify
from airshed.service.http.clock import machine_ms
from airshed.service.sign_in.users import users_of
from databases import copy_of, postgres, programs_of, replica, running, with_short_log
from markets import SERIES
from service_crashing import LONGEST_S, Clients, Served, free_port, held_to, keys_for, serving
from services import KEPT, kept_book, market_book, moved

pytestmark = pytest.mark.usefixtures("forked_services")
HOUR_MS = 3_600_000


@pytest.fixture(params=KEPT)
def book(request: pytest.FixtureRequest) -> Path | str:
    """A small market in a file and in a database."""
    return kept_book(request)


def nothing_lost(book: Path | str, sending: Clients) -> None:
    """Every answer is in the book, once."""
    assert sending.fired.broken == []
    found = held_to(book, sending.fired)
    assert (found.lost, found.twice) == ([], 0)


def test_of_two_writers_the_second_ends_and_the_first_goes_on(book: Path | str) -> None:
    keys = keys_for(book)
    with serving(book) as first:
        second = Served(book, free_port())
        said = "".join(second.ended())
        assert second.process.returncode == 2
        assert "another process writes it" in said or "is written by session" in said
        with Clients(first.url, keys, 2, seed=1) as sending:
            sending.hear(4)
        first.stop()
    nothing_lost(book, sending)


def test_a_clock_that_runs_backwards_over_a_restart_moves_no_record_before_another(book: Path | str) -> None:
    keys = keys_for(book)
    for seed, at in enumerate(("2027-03-01T14:00", "2027-03-01T11:00")):
        with serving(book, at=at) as service:
            with Clients(service.url, keys, 6, seed) as sending:
                sending.hear(6)
            service.stop()
        nothing_lost(book, sending)
    with to_read(book) as found:
        accepted = [record for record in map(decode, found.lines()) if record.refusal is None]
    instants = [record.at for record in accepted]
    assert instants == sorted(instants)
    assert sum(record.key.startswith("fire 1 ") for record in accepted), "what came after the clock was set back counts"


@pytest.mark.parametrize("kept", KEPT)
def test_a_clock_that_was_set_back_writes_nothing_in_a_real_programme(
    kept: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "real.book"
    begin(path, texts(find("dianzhong")), machine_ms() + 24 * HOUR_MS, Programme())
    book: Path | str = path if kept == "file" else moved(path, request.getfixturevalue("database"))
    users, key = users_of(book, machine_ms), Ed25519PrivateKey.generate()
    users.add("office", "dianzhong-office")
    users.add_key("office", key.public_key().public_bytes_raw())
    users.close()
    with serving(book, at="") as service, closing(Client(service.url, key=key, wait=lambda seconds: None)) as client:
        with pytest.raises(Refused) as no:
            client.send(c.FreezeAccount("nobody", "a test"), key="one")
        assert (no.value.problem.code, no.value.problem.status) == ("clock", 503)
        assert client.book().records == 1
        service.stop()


def test_a_last_record_that_is_torn_is_named_and_no_answer_is_forgotten(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    keys = keys_for(path)
    with serving(path) as service:
        with Clients(service.url, keys, 1, seed=1) as sending:
            sending.hear(4)
        service.kill()  # nobody sends: the last commit was answered
    last = max(seq for seq, _ in sending.fired.heard.values() if seq is not None)
    log = path.with_name(path.name + "-wal")
    os.truncate(log, log.stat().st_size - 100)
    torn = Served(path, free_port())
    said = "".join(torn.ended())
    assert torn.process.returncode == 2
    assert f"record {last}" in said, said


def test_a_disk_that_is_full_ends_the_service_and_with_room_it_goes_on(tmp_path: Path) -> None:
    path = market_book(tmp_path)
    keys = keys_for(path)
    room = path.stat().st_size // 1024 + 64
    with serving(path, before=("bash", "-c", f'ulimit -f {room}; exec "$@"', "-")) as full:
        with Clients(full.url, keys, 4, seed=1) as before:
            said = "".join(full.ended())
        assert full.process.returncode == 2
        assert "look after the disk" in said, said
    with serving(path) as roomy:
        with Clients(roomy.url, keys, 4, seed=2) as after:
            after.hear(8)
        roomy.stop()
    nothing_lost(path, before)
    nothing_lost(path, after)


class Cutting:
    """Stands between a service and its database. Told to, it lets the writer's next COMMIT through and cuts the line
    before the answer comes back, as a network does."""

    def __init__(self, real: str, folder: Path) -> None:
        parts = urlsplit(real)
        self._socket = Path(parse_qs(parts.query)["host"][0]) / ".s.PGSQL.5432"
        folder.mkdir()
        self.address = real.replace(str(self._socket.parent), str(folder))
        self.cut = threading.Event()
        self._armed = threading.Event()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / self._socket.name))
        self._listening.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self) -> None:
        """Cut in the next commit."""
        self._armed.set()

    def close(self) -> None:
        """Let nobody through any more."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(str(self._socket))
                threading.Thread(target=self._pass, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        writes = False
        with suppress(OSError):
            while data := near.recv(1 << 16):
                writes = writes or b"pg_try_advisory_lock" in data
                if writes and b"COMMIT" in data and self._armed.is_set() and not self.cut.is_set():
                    near.shutdown(socket.SHUT_RDWR)  # the answer finds nobody
                    far.sendall(data)
                    self.cut.set()
                    break
                far.sendall(data)
        if not self.cut.is_set():
            far.close()

    @staticmethod
    def _back(far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(1 << 16):
                near.sendall(data)
        for each in (near, far):
            each.close()


def test_a_connection_that_is_cut_inside_a_commit_loses_nothing_and_does_nothing_twice(
    tmp_path: Path, database: str
) -> None:
    """The commit is done and its sender does not hear: sent again to who takes over, it is answered by its record."""
    address = moved(market_book(tmp_path), database)
    keys, book = keys_for(address), where(address).book
    with (
        closing(Cutting(database, tmp_path / "between")) as between,
        serving(f"{between.address}#{book}") as first,
        serving(address, "--standby") as second,
    ):
        with Clients(f"{first.url},{second.url}", keys, 4, seed=1) as sending:
            sending.hear(8)
            between.arm()
            assert between.cut.wait(60)
            said = "".join(first.ended())
            assert first.process.returncode == 2
            assert "cannot be reached" in said, said
            second.takes_over()
            sending.hear(8)
        second.stop()
    nothing_lost(address, sending)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL that a test may do anything to."""
    with postgres(tmp_path) as address:
        yield address


def test_a_database_that_crashes_and_comes_back_is_taken_up_by_who_stood_by(tmp_path: Path, own: str) -> None:
    """A backend that is killed makes PostgreSQL drop every session and recover from its log, as a restart does."""
    address = moved(market_book(tmp_path), own)
    keys = keys_for(address)
    with serving(address) as first, serving(address, "--standby") as second:
        with Clients(f"{first.url},{second.url}", keys, 4, seed=1) as sending:
            sending.hear(8)
            with psycopg.connect(own, autocommit=True) as db:
                row = db.execute("SELECT pg_backend_pid()").fetchone()
                assert row is not None
                os.kill(row[0], signal.SIGKILL)
            assert "cannot be reached" in "".join(first.ended())
            second.takes_over()
            sending.hear(8)
        second.stop()
    nothing_lost(address, sending)


def test_a_dump_of_the_database_brought_back_is_the_same_book_with_the_same_users(tmp_path: Path, own: str) -> None:
    """The drill of a backup: both schemas into a file while the book is served, and into another database."""
    programs = programs_of()
    address, dump = moved(market_book(tmp_path), own), tmp_path / "air.dump"
    keys, book = keys_for(address), where(address).book
    with serving(address) as service:
        with Clients(service.url, keys, 2, seed=1) as sending:
            sending.hear(4)
        schemas = (f"--schema={book}", f"--schema={book}_users")
        subprocess.run([programs / "pg_dump", "--format=custom", *schemas, f"--file={dump}", own], check=True)
        service.stop()
    with psycopg.connect(own, autocommit=True) as db:
        db.execute("CREATE DATABASE again")
    again = urlsplit(own)._replace(path="/again").geturl()
    subprocess.run([programs / "pg_restore", f"--dbname={again}", dump], check=True)
    nothing_lost(f"{again}#{book}", sending)
    with serving(f"{again}#{book}") as restored:
        with Clients(restored.url, keys, 1, seed=2) as after:
            after.hear(2)
        restored.stop()
    nothing_lost(f"{again}#{book}", after)


def test_a_copy_of_a_file_taken_while_it_is_served_is_the_book_up_to_then(tmp_path: Path) -> None:
    from airshed.service.book.copying import carry

    path = market_book(tmp_path)
    keys = keys_for(path)
    with serving(path) as service:
        with Clients(service.url, keys, 2, seed=1) as sending:
            sending.hear(4)
        last = carry(str(path), str(tmp_path / "backup.book")).last
        service.stop()
    nothing_lost(tmp_path / "backup.book", sending)
    with to_read(path) as found:
        assert found.line(last.seq).hash == last.hash


#: More than any table has that comes with PostgreSQL, and less than what is sent.
ROOM_KIB = 3 << 10


def test_a_database_whose_disk_is_full_ends_the_service_and_with_room_it_goes_on(tmp_path: Path, own: str) -> None:
    """PostgreSQL takes a file that may not grow (ulimit) for a disk that is full."""
    heard: list[tuple[int | None, str | None]] = []
    with copy_of(own, "small") as data:
        with_short_log(data, own)
        with running(data, own, most_kib=ROOM_KIB) as small:
            address = moved(market_book(tmp_path), small)
            book, (key, *_) = where(address).book, keys_for(address)
            with serving(address) as full, closing(Client(full.url, key=key, wait=lambda seconds: None)) as client:
                body = c.FreezeAccount("nobody", "long " * 190)
                with suppress(Refused, Malformed):
                    for group in range(60):
                        told = client.send_several([(f"{group} {number}", body) for number in range(100)])
                        heard += [(each.seq, each.hash) for each in told]
                said = "".join(full.ended())
                assert full.process.returncode == 2
                assert "look after the disk" in said, said
                assert "could not extend file" in said, said
        with running(data, own) as roomy:
            address = f"{roomy}#{book}"
            with serving(address) as service, closing(Client(service.url, key=key)) as client:
                assert client.send_several([("after", body)])
                service.stop()
            with to_read(address) as found:
                kept = {line.seq: line.hash for line in found.lines()}
            assert heard
            assert all(seq is not None and kept[seq] == digest for seq, digest in heard), "what was answered is there"


def test_what_is_read_from_a_replica_follows_the_writer_and_a_replica_that_lags_holds_up_no_command(
    tmp_path: Path, own: str
) -> None:
    address = moved(market_book(tmp_path), own)
    key, book = keys_for(address)[0], where(address).book
    order = c.PlaceOrder("steel", SERIES, "sell", 1_000, 400_000)
    with replica(own) as there, psycopg.connect(there, autocommit=True) as standby:
        with (
            serving(address, "--read-from", f"{there}#{book}") as service,
            closing(Client(service.url, key=key)) as client,
        ):

            def orders() -> int:
                return len(list(client.rows("orders")))

            def comes_to(wanted: int) -> None:
                begun = time.monotonic()
                while orders() != wanted:
                    assert time.monotonic() - begun < LONGEST_S, f"there are {orders()} orders, not {wanted}"

            before = orders()
            client.send(order, key="one")
            comes_to(before + 1)
            standby.execute("SELECT pg_wal_replay_pause()")
            while standby.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
                pass
            assert client.send(order, key="two").events, "the writer waits for no replica"
            assert orders() == before + 1, "it is read as far as the replica has heard"
            standby.execute("SELECT pg_wal_replay_resume()")
            comes_to(before + 2)
            service.stop()
        with to_read(f"{there}#{book}") as read, to_read(address) as written:
            assert read.line(read.last()) == written.line(read.last())
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            standby.execute(f'DELETE FROM "{book}".journal')


def test_a_file_and_its_users_are_brought_back_by_the_guide_after_a_kill(tmp_path: Path) -> None:
    """The log that a killed process leaves is not played into the copy that is put in its place."""
    from airshed.service.book.copying import carry

    path = market_book(tmp_path).rename(tmp_path / "my.book")
    keys = keys_for(path)
    with serving(path) as service:
        with Clients(service.url, keys, 2, seed=1) as sending:
            sending.hear(4)
        last = carry(str(path), str(tmp_path / "nightly.book")).last.seq
        kept = tmp_path / "nightly.users"
        os.close(os.open(kept, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(f"{path}-users")) as users, closing(sqlite3.connect(kept)) as copy:
            users.backup(copy)
        with Clients(service.url, keys, 2, seed=2) as later:
            later.hear(4)
        service.kill()
    assert (tmp_path / "my.book-wal").stat().st_size
    guide = (Path(__file__).parents[1] / "docs/how-to/operate-a-service.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"To restore,[^`]*```\n(.*?)```", guide, re.DOTALL)
    done = [line for line in block.splitlines() if not line.startswith("airshed ")]
    subprocess.run(["sh", "-euc", "\n".join(done)], cwd=tmp_path, check=True)
    with to_read(path) as restored:
        assert (restored.last(), verify(restored).records) == (last, last)
    nothing_lost(path, sending)
    with serving(path) as again:
        with Clients(again.url, keys, 2, seed=2) as after:
            after.hear(4)
        again.stop()
    nothing_lost(path, after)
