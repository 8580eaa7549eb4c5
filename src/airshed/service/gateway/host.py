"""The host: many connections, one queue to the disk, and no answer before the disk has the frame."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.frame import Frame
from airshed.mrv.hj212.stream import Splitter
from airshed.service.gateway.admission import Admission
from airshed.service.gateway.answers import answer_to, instant_of, request, stamp
from airshed.service.gateway.asking import Asking, Declined, NotConnected, Outcome, RequestDone, Silent, Unfinished
from airshed.service.gateway.connection import Connection, CutOff
from airshed.service.gateway.connections import Crowd
from airshed.service.gateway.devices import Device, Key, Registry
from airshed.service.gateway.duplicates import FrameFate
from airshed.service.gateway.flood import Flood
from airshed.service.gateway.keeper import Arrived, Keeper
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.lines import Note, silent
from airshed.service.gateway.lockout import LockedOut, Lockout
from airshed.service.gateway.reception import Received, Turned, TurnedAway
from airshed.service.gateway.secure import Secure

READ_BYTES = 1 << 16
SET_CLOCK, CLOCK_NOTICE, NEW_KEY = "1012", "1013", "1014"
DEVICE_SYSTEM = "31"
"""ST of requests to a device that has not said its own: source of air pollution."""

Heard = Callable[[Device, Frame], None]
"""Told every whole message once it is on disk; messages in parts with their last part."""

Waiting = tuple[Connection, Arrived]


class Host:
    """A gateway on one port. `clock` gives the instant in milliseconds; frames are stamped with it."""

    def __init__(
        self,
        registry: Registry,
        keeper: Keeper,
        clock: Callable[[], int],
        *,
        limits: GatewayLimits | None = None,
        note: Note = silent,
        heard: Heard | None = None,
    ) -> None:
        self.registry = registry
        self.limits = limits or GatewayLimits()
        #: What became of chunks and connections, by name.
        self.counts: Counter[str] = Counter()
        #: Whether the disk does not take what arrives, so that nothing is acknowledged.
        self.stalled = False
        self._keeper, self._clock, self._note, self._heard = keeper, clock, note, heard
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue(self.limits.waiting)
        self._disk = ThreadPoolExecutor(1, "disk")
        self._closer = ThreadPoolExecutor(1, "days")
        self._asking = Asking()
        self._lockout = Lockout(self.limits, keeper.homes, remember=keeper.guesses.remember)
        self._crowd = Crowd(self.limits)
        self._last_qn = 0
        #: Name of the key in which each device spoke last.
        self.spoken_key: dict[str, str] = {}
        #: Devices that asked for a new key (1014), until they speak in another one.
        self.keys_wanted: set[str] = set()
        self._reading: dict[Connection, asyncio.Task[None]] = {}
        self._by_mn: dict[str, Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        #: The port on which TLS is spoken, where one is.
        self.tls_port: int | None = None
        #: Done when the host cannot go on: a broken invariant of its own.
        self.ended: asyncio.Future[None] | None = None

    async def start(self, host: str, port: int, secure: Secure | None = None) -> int:
        """Listen, by TLS on a second port; the port, also if 0 was asked for. `Malformed` if it cannot be had."""
        now_s = asyncio.get_running_loop().time
        self._lockout.restore(self._keeper.guesses.known(), now_s())
        self._admission = Admission(self.limits, Flood(self.limits, self._keeper.received), self._lockout, now_s)
        bound = await self._listen(host, port)
        if secure is not None:
            self.tls_port = await self._listen(host, secure.port, secure)
        self.ended = asyncio.get_running_loop().create_future()
        self._spawn(self._commit_for_ever())
        self._spawn(self._watch_days())
        self._note("listening", host=host, port=bound, tls_port=self.tls_port, devices=len(self.registry))
        return bound

    async def _listen(self, host: str, port: int, secure: Secure | None = None) -> int:
        context = None if secure is None else secure.context
        patience = None if secure is None else self.limits.handshake_s
        try:
            server = await asyncio.start_server(
                self._connected, host, port, backlog=1_024, ssl=context, ssl_handshake_timeout=patience
            )
        except OSError as error:
            raise Malformed(f"{host}:{port}", f"cannot listen ({error.strerror})", "choose another port") from None
        self._servers.append(server)
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Take no more, put what waits on disk, answer it, and end."""
        for server in self._servers:
            server.close()
        leaving = dict(self._reading)
        for task in leaving.values():
            task.cancel()
        await asyncio.gather(*leaving.values(), return_exceptions=True)
        try:
            async with asyncio.timeout(self.limits.stop_s):
                await self._queue.join()
        except TimeoutError:
            self._note("not_acknowledged", chunks=self._queue.qsize())
        for connection in leaving:
            connection.let_go(at_once=False)
        for running in tuple(self._tasks):
            running.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._disk.shutdown()
        self._closer.shutdown()
        self._keeper.close()
        self._note("stopped", counts=dict(sorted(self.counts.items())))

    @property
    def silent(self) -> int:
        """How many connections have not shown yet whose they are."""
        return self._crowd.silent

    @property
    def connected(self) -> list[str]:
        """The devices that have a connection now, by MN."""
        return sorted(self._by_mn)

    async def ask(
        self, mn: str, cn: str, items: Sequence[tuple[str, str]] = (), timeout: float = 10.0, tries: int = 3
    ) -> Outcome:
        """Send a request of table 9 and wait for its end (9012); 10 s and three tries by HJ 212-2017 table 1.

        The time-out begins anew with each frame of the answer. A second try is the same frame with the same QN, so
        that a device that heard both does the thing once; one that said it is ready is not asked again. Items as
        ("BeginTime", "20270101000000").
        """
        device = self.registry.get(mn)
        if device is None or mn not in self._by_mn:
            return NotConnected()
        qn = self._next_qn()
        st, keys = self._by_mn[mn].st or DEVICE_SYSTEM, self._keys(device)
        asked = self._asking.begin(mn, qn, cn, items)
        try:
            for turn in range(tries):
                raw = request(device, st, qn, cn, items, keys[turn % len(keys)] if keys else None)
                connection = self._by_mn.get(mn)
                if connection is not None:
                    connection.send(raw)
                    self.counts["asked"] += 1
                while await asked.hears(timeout):
                    if asked.outcome is not None:
                        return asked.outcome
                if asked.ready:
                    return Unfinished(tuple(asked.frames))
            return Silent(tries)
        finally:
            self._asking.end(asked)

    async def close_days(self) -> list[str]:
        """Close the days that are over; it happens by itself, too."""
        loop = asyncio.get_running_loop()
        today = await loop.run_in_executor(self._disk, self._keeper.turn)
        closed = await loop.run_in_executor(self._closer, self._keeper.close_days, today)
        for day in closed:
            self._note("day_closed", day=day)
        return closed

    def _keys(self, device: Device) -> tuple[Key, ...]:
        """The keys in force, the one that the device used last first: the next try goes in the other one."""
        keys = device.keys_at(self._clock())
        spoken = self.spoken_key.get(device.mn, "")
        return tuple(sorted(keys, key=lambda key: key.name != spoken))

    def _next_qn(self) -> str:
        self._last_qn = max(self._last_qn + 1, self._clock())
        return stamp(self._last_qn, 17)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(writer, self.limits)
        address = connection.address
        room = self._crowd.enter(connection)
        if isinstance(room, str):
            self.counts["connections_refused"] += 1
            self._note("connection_refused", address=address, why=room)
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._reading[connection] = task
        self.counts["connections"] += 1
        if room is not None:
            self._evict(room, "crowded_out")
        why = "closed"
        try:
            await self._read(connection, reader)
        except CutOff as error:
            why = error.why
            self.counts["cut_off"] += 1
        except ConnectionError:
            why = "broken"
        except asyncio.CancelledError:
            why = connection.evicted or "host_stops"
        finally:
            del self._reading[connection]
            self._crowd.leave(connection)
            for mn in [mn for mn in connection.mns if self._by_mn.get(mn) is connection]:
                del self._by_mn[mn]
            self._note("disconnected", address=address, peer=connection.peer, why=why, mn=sorted(connection.mns)[:4])
            if why != "host_stops":  # then `stop` lets go, once everything is answered
                connection.let_go(at_once=why != "closed")

    def _evict(self, connection: Connection, why: str) -> None:
        """End another connection than the one that is being read."""
        connection.evicted = why
        self.counts[why] += 1
        task = self._reading.get(connection)
        if task is not None:
            task.cancel()

    async def _read(self, connection: Connection, reader: asyncio.StreamReader) -> None:
        splitter, fed = Splitter(), 0
        while True:
            try:
                async with asyncio.timeout_at(connection.deadline(fed > splitter.offset)):
                    piece = await reader.read(READ_BYTES)
            except TimeoutError:
                raise CutOff(connection.overdue(fed > splitter.offset)) from None
            before, begun = splitter.offset, fed > splitter.offset
            fed += len(piece)
            chunks = splitter.feed(piece) if piece else splitter.finish()
            if splitter.offset > before or not begun:
                connection.begin_frame()
            for chunk in chunks:
                at = self._clock()
                verdict = self._admission.verdict(chunk, connection, self.registry, at)
                if early := self._admission.early_ms(verdict, at):
                    at = await self._over(verdict, at + early)
                verdict, wait = self._admission.counted(verdict, chunk, at)
                asked = isinstance(verdict, Received) and self._asking.belongs(verdict.device.mn, verdict.frame)
                connection.owe()
                await self._queue.put((connection, Arrived(verdict, connection.peer, asked)))
                self._bounded(connection, verdict)
                if isinstance(verdict, TurnedAway) and verdict.why is Turned.FLOOD:
                    await connection.paid(self.limits.stop_s)  # what came before is answered
                    raise CutOff(verdict.why.value)
                if wait:
                    await self._throttle(connection, verdict, wait)
                if connection.crowds:
                    await connection.paid()
            if not piece:
                await connection.paid(self.limits.stop_s)
                return

    def _bounded(self, connection: Connection, verdict: Received | TurnedAway) -> None:
        """Count what was turned away; whoever does nothing else is cut off."""
        if isinstance(verdict, Received):
            self._welcome(connection, verdict)
            return
        self.counts[f"refused_{verdict.why}"] += 1
        self._note(
            "refused", address=connection.address, peer=connection.peer, why=verdict.why.value, bytes=len(verdict.raw)
        )
        if verdict.sender is not None:
            mn = verdict.sender.device.mn
            self._welcome(connection, verdict.sender)
            if mn in connection.proved and mn not in connection.set_clocks:
                connection.set_clocks.add(mn)
                self._spawn(self._set_clock(mn, None))
        connection.unwelcome(verdict.why)

    def _welcome(self, connection: Connection, received: Received) -> None:
        """A registered device speaks over a connection; requests to it go there once it has shown that it is it."""
        mn = received.device.mn
        connection.welcome(received)
        old = self._crowd.speaks(connection, mn)
        if old is connection:
            raise CutOff("too_many_of_device")
        if old is not None:
            self._evict(old, "replaced")
        if mn in connection.proved and self._by_mn.get(mn) is not connection:
            self._by_mn[mn] = connection
            self._note("device", mn=mn, peer=connection.peer, address=connection.address)

    async def _over(self, verdict: Received | TurnedAway, until: int) -> int:
        """Wait until the interval of a report is over by the clock of the host; the instant then."""
        self.counts["early"] += 1
        while (left := until - self._clock()) > 0:
            await asyncio.sleep(min(left, self.limits.early_ms) / 1000)
        return self._clock()

    async def _throttle(self, connection: Connection, verdict: Received | TurnedAway, seconds: float) -> None:
        """Read no more from a device that floods until its frames are due; the line of TCP makes it wait."""
        self.counts["throttled"] += 1
        mn = verdict.device.mn if isinstance(verdict, Received) else verdict.mn
        self._note("throttled", address=connection.address, peer=connection.peer, mn=mn, why=Turned.FLOOD.value)
        await asyncio.sleep(seconds)

    async def _commit_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            tick = [await self._queue.get()]
            while len(tick) < self.limits.tick and not self._queue.empty():
                tick.append(self._queue.get_nowait())
            try:
                outcomes = await loop.run_in_executor(self._disk, self._keeper.commit, [arrived for _, arrived in tick])
            except OSError as error:
                self._stall(tick, error)
            else:
                self._resume()
                for (connection, arrived), outcome in zip(tick, outcomes, strict=True):
                    if outcome is not None and isinstance(arrived.verdict, Received):
                        self._settle(connection, arrived.verdict, outcome, arrived.asked)
            self.counts["refused_not_kept"] = self._keeper.refused_not_kept
            for connection, _ in tick:
                connection.pay()
                self._queue.task_done()

    def _stall(self, tick: Sequence[Waiting], error: OSError) -> None:
        """The disk took nothing of this tick: nobody hears an answer, so every device keeps its frames and sends them
        again."""
        self.counts["not_acknowledged"] += sum(isinstance(arrived.verdict, Received) for _, arrived in tick)
        if not self.stalled:
            self._note("disk_fails", error=error.strerror or str(error), cure="make room; nothing is acknowledged")
        self.stalled = True

    def _resume(self) -> None:
        if self.stalled:
            self._note("disk_works", not_acknowledged=self.counts["not_acknowledged"])
        self.stalled = False

    def _settle(self, connection: Connection, received: Received, taken: FrameFate, asked: bool) -> None:
        """A frame is on disk: answer it, and give it to whoever waits for it."""
        device, frame = received.device, received.frame
        self.counts[taken.value] += 1
        if received.key is not None:
            if received.key != self.spoken_key.get(device.mn):
                self.keys_wanted.discard(device.mn)
            self.spoken_key[device.mn] = received.key
        if frame.cn == NEW_KEY and received.proved:
            self.keys_wanted.add(device.mn)
            self._note("key_wanted", mn=device.mn, address=connection.address, made=frame.field("SKCreateTime"))
        answer = answer_to(device, frame)
        if answer is not None:
            connection.send(answer)
            self.counts["answered"] += 1
        if device.mn in connection.proved:
            self._asking.hear(device.mn, frame)
        whole = connection.parts.take(frame)
        if whole is not None and taken is not FrameFate.RESENT and self._heard is not None:
            self._heard(device, whole)
        said = None if asked else instant_of(frame.qn)  # an answer has the QN of the host
        off = 0 if said is None else said - self._clock()
        wrong = abs(off) > self.limits.clock_off_ms
        self.counts["clock_off"] += wrong
        if device.mn in connection.proved and (
            frame.cn == CLOCK_NOTICE or (wrong and device.mn not in connection.set_clocks)
        ):
            connection.set_clocks.add(device.mn)
            self._spawn(self._set_clock(device.mn, off))

    def locked(self) -> list[LockedOut]:
        """Who is not listened to now, for wrong passwords."""
        return list(self._lockout.locked(asyncio.get_running_loop().time()))

    async def _set_clock(self, mn: str, off_ms: int | None) -> None:
        outcome = await self.ask(mn, SET_CLOCK, (("SystemTime", stamp(self._clock())),))
        match outcome:
            case RequestDone(execution=said):
                result = f"ExeRtn {said}"
            case Declined(request=said):
                result = f"QnRtn {said}"
            case _:
                result = type(outcome).__name__.lower()
        self.counts["clocks_set"] += isinstance(outcome, RequestDone)
        self._note("clock_set", mn=mn, off_s=None if off_ms is None else off_ms // 1000, result=result)

    async def _watch_days(self) -> None:
        while True:
            try:
                await self.close_days()
            except (OSError, Malformed) as error:
                self._note("day_not_closed", error=str(error))
            await asyncio.sleep(self.limits.watch_s)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and self.ended is not None and not self.ended.done():
            self.ended.set_exception(error)
