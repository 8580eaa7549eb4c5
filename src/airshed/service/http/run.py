"""The service as a process: opens the book, listens, stops without losing an answer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import uvicorn

from airshed.engine.journal import Line
from airshed.model.provenance import Programme
from airshed.model.refusal import Malformed
from airshed.service.book.addressed import to_read
from airshed.service.book.clock import asked_of
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.lockout import Lockout
from airshed.service.http.app import ServerApplication
from airshed.service.http.clock import clock_from, machine_ms, next_morning
from airshed.service.http.feed import Feed
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.listening import LONGEST_S, Server, listening_on, more_files
from airshed.service.http.lookups import Lookups
from airshed.service.http.market_fold import MarketFold
from airshed.service.http.protocol import Protocol
from airshed.service.http.rates import Rates
from airshed.service.http.readers import Readers
from airshed.service.http.service import Service
from airshed.service.http.serving import Serving, check_safe, hours_beside, studies_of
from airshed.service.http.snapshots import Differs, SnapshotCheck
from airshed.service.http.ways import NO_PAGES, Pages
from airshed.service.http.who import Door
from airshed.service.http.writer import OF_THE_DISK, Writer
from airshed.service.sign_in.provider_settings import Away, ProviderSettings
from airshed.service.sign_in.signatures import AHEAD_S
from airshed.service.sign_in.users import FIRST, users_of

if TYPE_CHECKING:
    from airshed.service.sign_in.provider import Provider

#: Seconds after which a provider that did not answer is asked again.
ASK_PROVIDER_S = 30.0
#: Open files beside the connections.
SPARE_FILES = 100


class Running:
    """A service that is open: the application, and what must be let go of."""

    def __init__(
        self,
        serving: Serving,
        note: Callable[..., None],
        *,
        pages: Callable[[], Pages] = lambda: NO_PAGES,
        machine: Callable[[], int] = machine_ms,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.serving, self._pages = serving, pages
        self.broken: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._note = note
        #: The record of the snapshot that it began from, until that was checked; 0 where nothing is to be.
        self.unchecked = 0
        self._check: SnapshotCheck | None = None
        #: What is done once commands are taken.
        self.after = threading.Thread(target=self._after, name="after", daemon=True)
        limits = serving.limits
        secure = serving.certificate is not None or serving.proxied
        self.feed = Feed(limits.feed_kept)
        self._machine = machine
        self._now = clock_from(serving.at, machine)
        self.writer = Writer(
            serving.book,
            self._clock,
            most_commands=limits.waiting_commands,
            most_requests=limits.waiting_requests,
            sure=serving.sure,
            standby=serving.standby,
            wrote=self._wrote,
            ended=self._ended,
            took_over=self._took_over,
            waits_for=lambda error: note("waits_for_database", error=str(error)[:500]),
        )
        self.writer.start()
        with ExitStack() as undone:
            undone.callback(self.writer.stop)
            beside = undone.enter_context(_users_beside(serving))
            self.users = users_of(beside, machine)
            undone.callback(self.users.close)
            machines = users_of(beside, machine)
            machines.went_back = lambda ms: note("clock_went_back", by_s=ms // 1000, machines_out_s=AHEAD_S)
            self.lookups = Lookups(machines)
            undone.callback(self.lookups.close)
            self._open(limits, machine, ticks, secure)
            self._closing = undone.pop_all()

    def _clock(self) -> int:
        """The instant of the book, in milliseconds."""
        return self._now()

    def _open(
        self, limits: ServiceLimits, machine: Callable[[], int], ticks: Callable[[], float], secure: bool
    ) -> None:
        serving, writer = self.serving, self.writer
        provenance = writer.provenance
        assert writer.runner is not None
        assert provenance is not None, "a book that can be carried on has a first record"
        if serving.demo_users and isinstance(provenance, Programme):
            raise Malformed("--demo-users", "this book is a real programme", "make users with airshed user add")
        if serving.demo_users and serving.mail is not None:
            raise Malformed("--mail-server", "goes without --demo-users", "nobody there has an address of their own")
        if serving.at is not None:
            asked_of(provenance, serving.at, machine())
        state = writer.runner.state
        if serving.demo_users and serving.at is None:
            self._go_on_at(next_morning(writer.runner.rules, state.at))
        self.feed.begin(state.seq, state.at)
        there = serving.book if serving.read_from is None else serving.read_from
        self.readers = Readers(there, limits.readers, limits.waiting_reads, each=limits.reads_of_one)
        long = limits.waiting_long_reads
        self._long_readers = Readers(there, 1, long, each=long, again_s=10)
        self._walkers = Readers(there, 1, limits.waiting_walks, each=limits.walks_of_one, again_s=2)
        self._files = Readers(there, 1, limits.waiting_files, each=limits.files_of_one, again_s=10)
        self.market = MarketFold(there, self._note, keeps=serving.book)
        self._begun_from()
        lockout = Lockout(GatewayLimits(), remember=self.users.remember)
        self._recall: Callable[[], None] = lambda: lockout.restore(self.users.guesses(), ticks())
        self._recall()
        door = Door(
            self.users,
            self.lookups,
            machine,
            ticks,
            secure=secure,
            proxied=serving.proxied,
            known=Rates(limits.user_burst, limits.user_every_s),
            commands=Rates(limits.user_commands_burst, limits.user_commands_every_s),
            strangers=Rates(limits.stranger_burst, limits.stranger_every_s),
            lockout=lockout,
        )
        hosts = frozenset(name.lower() for name in (*serving.names, serving.host, "localhost", "127.0.0.1", "::1"))
        self.service = Service(
            writer,
            self.readers,
            self._long_readers,
            self._walkers,
            self._files,
            door,
            self.feed,
            self.market,
            limits,
            provenance,
            self._clock,
            state.civil,
            self.readers.first,
            hosts,
            serving.demo_users,
            None if serving.provider is None else _provider(serving.provider, machine),
            self._note,
            unchecked=lambda: self.unchecked,
            published=serving.published,
            studies=studies_of(serving),
        )
        if serving.mail is not None:
            from airshed.service.mail.post import Post

            self.service.post = Post(serving.mail)
        if self.service.studies is not None:
            self.service.studies.mind()
        self.service.hours = hours_beside(serving.book)
        if serving.demo_users:
            self.service.next_day = self._next_day
        self.app = ServerApplication(self.service)

    def _next_day(self) -> None:
        """Let the clock of a book that is shown go on to its next morning."""
        runner = self.writer.runner
        assert runner is not None
        self._go_on_at(next_morning(runner.rules, max(self._clock(), runner.state.at)))

    def _go_on_at(self, at: int) -> None:
        self._now = clock_from(at, self._machine)

    def _begun_from(self) -> None:
        """Say what it began from: a start does not wait until every record was replayed."""
        snapshot, writer = self.writer.snapshot, self.writer
        self.market.begins_from(snapshot)
        if writer.unfit:
            self._note("snapshot_unfit", why=writer.unfit)
        if snapshot is not None:
            self._note("began_from_snapshot", records=snapshot.of.seq)
            self.unchecked = snapshot.of.seq

    def _after(self) -> None:
        """In a thread of its own, once commands are taken: pages, the market, and a check of what it began from."""
        found = NO_PAGES
        try:
            found = self._pages()
        except BaseException as error:
            self._ended(error)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._show, found)
        self.market.begin()
        snapshot, self.writer.snapshot = self.writer.snapshot, None  # the bytes of it
        if snapshot is not None:
            self._check = SnapshotCheck(str(self.serving.book), snapshot.of, self._checked, self._not_checked)
        elif self.writer.writes and self.feed.last >= self.serving.limits.snapshot_every:
            self.market.keep()

    def _show(self, pages: Pages) -> None:
        """In the loop: pages are answered, and do what they do beside that, as sending notices."""
        self.app.show(pages)
        if pages.beside is not None:
            self._tasks.append(asyncio.create_task(_beside(pages.beside, self.service)))

    def _checked(self, differs: str) -> None:
        """From another thread: a snapshot that is not what the book comes to ends the service, and is gone."""
        if not differs:
            self._note("snapshot_checked", records=self.unchecked)
            self.unchecked = 0
            return
        self._ended(Differs(f"of record {self.unchecked}: {differs}"))
        try:
            with to_read(self.serving.book) as book:
                book.drop_snapshot()
        except (OSError, Malformed) as error:
            self._note("snapshot_not_dropped", error=str(error)[:500])

    def _not_checked(self, why: str) -> None:
        self._note("snapshot_not_checked", error=why)

    def _wrote(self, lines: Sequence[Line], at: int) -> None:
        """From the writer's thread: those who watch hear of it in the loop."""
        last = lines[-1].seq  # a snapshot of a long book costs more, and is worth more records
        if self.writer.writes and last - self.market.kept_at >= max(self.serving.limits.snapshot_every, last // 10):
            self.market.keep()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.feed.add, lines, at)

    def _took_over(self, seq: int) -> None:
        """From the writer's thread: what was guessed of passwords at the writer before counts here too."""
        self._note("took_over", records=seq)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._recall)

    def _ended(self, error: BaseException) -> None:
        """From the writer's thread: nothing more can be answered, so the process ends and is started anew."""
        self.broken = error
        self._note("writer_ended", error=f"{type(error).__name__}: {error}"[:500])
        self.stop()

    def link(self) -> str | None:
        """The token of the first administrator's link, where nobody can sign in yet."""
        if self.serving.demo_users or not self.writer.writes:
            return None
        there = self.users.all()
        if not there:
            return self.users.add(FIRST, "", admin=True)
        waiting = [user for user in there if user.name == FIRST and user.state == "invited"]
        return self.users.invite(FIRST) if waiting and len(there) == 1 else None

    def address(self, port: int) -> str:
        """Where it is found."""
        scheme = "https" if self.serving.certificate is not None else "http"
        host = f"[{self.serving.host}]" if ":" in self.serving.host else self.serving.host
        return f"{scheme}://{host}:{port}"

    def called(self, port: int) -> str:
        """Where others ask it: behind a proxy by the first of its names."""
        serving = self.serving
        if not serving.names:
            return self.address(port)
        secure = serving.certificate is not None or serving.proxied
        return f"{'https' if secure else 'http'}://{serving.names[0]}" + ("" if serving.proxied else f":{port}")

    async def serve(self, begun: Callable[[int], None]) -> None:
        """Listen until SIGINT or SIGTERM, or until the writer ends; `begun` hears the port."""
        serving, limits = self.serving, self.serving.limits
        config = uvicorn.Config(
            self.app,
            host=serving.host,
            port=serving.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            ssl_certfile=serving.certificate,
            ssl_keyfile=serving.private_key,
            limit_concurrency=serving.limits.connections,
            http=type("Protocol", (Protocol,), {"head_s": limits.head_s, "head_bytes": limits.head_bytes}),
            timeout_keep_alive=30,
            timeout_graceful_shutdown=LONGEST_S,
        )
        more_files(serving.limits.connections + SPARE_FILES)
        self._loop = asyncio.get_running_loop()
        self.service.passwords = asyncio.Semaphore(serving.limits.passwords)

        def listening(port: int) -> None:
            self.writer.called(self.called(port))
            self.service.url = self.called(port)
            begun(port)
            self.after.start()

        server = self._server = Server(config, listening, self.feed, self._note)
        if self.broken is None:
            self._tasks.append(asyncio.create_task(self._ask_provider()))
            with listening_on(serving.host, serving.port) as found:
                await server.serve(sockets=[found])
            for each in self._tasks:
                each.cancel()

    async def _ask_provider(self) -> None:
        """Hear of the provider of single sign-on before somebody waits for it, and say where it does not answer."""
        provider, told = self.service.provider, False
        while provider is not None:
            try:
                await provider.discover()
            except Away as away:
                if not told:
                    self._note("provider_away", why=str(away))
                told = True
                await asyncio.sleep(ASK_PROVIDER_S)
            else:
                self._note("provider_known", issuer=provider.settings.issuer)
                return

    def stop(self) -> None:
        """Listen no more; from any thread."""
        if self._server is not None:
            self._server.should_exit = True

    def close(self) -> None:
        """Answer what waits, and let go of the book."""
        if self.after.ident is not None:
            self.after.join()
        if self._check is not None:
            self._check.close()
        self.writer.stop()  # first, for it asks for snapshots of what it wrote
        limits, last = self.serving.limits, self.feed.last
        behind = last - self.market.reached > limits.snapshot_every  # as when it is stopped right after its first start
        writes = self.writer.writes and self.broken is None
        if writes and not behind and last - self.market.kept_at >= limits.snapshot_at_stop:
            self.market.keep()
        if self.service.post is not None:
            self.service.post.close()
        self.market.close(now=behind)
        self.readers.close()
        self._long_readers.close()
        self._walkers.close()
        self._files.close()
        self._closing.close()


def _provider(settings: ProviderSettings, machine: Callable[[], int]) -> Provider:
    from airshed.service.sign_in.provider import Provider

    return Provider(settings, machine)


async def _beside(work: Callable[[Service], Awaitable[None]], service: Service) -> None:
    """What pages do beside answering: where it breaks the log says so, and everybody is answered as before."""
    try:
        await work(service)
    except Exception as error:
        service.note("beside_ended", error=f"{type(error).__name__}: {error}"[:500])
        raise


@contextmanager
def _users_beside(serving: Serving) -> Iterator[Path | str]:
    """Beside which book users are kept; those who rehearse are gone with the service."""
    if not serving.demo_users:
        yield serving.book
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / "rehearsed"


@contextmanager
def opened(
    serving: Serving, note: Callable[..., None], pages: Callable[[], Pages] = lambda: NO_PAGES
) -> Iterator[Running]:
    """A service, closed at the end; `Malformed` for what stands in the way, or broke it."""
    check_safe(serving)
    running = Running(serving, note, pages=pages)
    try:
        yield running
    finally:
        running.close()
    if running.broken is not None:
        if isinstance(running.broken, OF_THE_DISK):
            what = f"could not be written on ({running.broken})"
            raise Malformed(str(serving.book), what, "look after the disk and start anew; what was answered is on disk")
        if isinstance(running.broken, Differs):
            what = f"was served from a snapshot that is not what it comes to ({running.broken})"
            cure = "airshed book verify names what was decided otherwise since; the snapshot is gone, start anew"
            raise Malformed(str(serving.book), what, cure)
        raise running.broken
