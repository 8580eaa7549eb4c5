"""A Dask cluster in place of the local pool: the same jobs, the same results in the same order."""

from __future__ import annotations

import re
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from airshed.model.refusal import Malformed
from airshed.service.run.pool import AHEAD

Job = TypeVar("Job")
Done = TypeVar("Done")

ADDRESS = re.compile(r"((tcp|tls)://)?(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\]):(?P<port>[0-9]{1,5})")
REACH_S = 10.0
"""How long to wait for a scheduler, for the first of its workers, and for a new one when all are lost."""
LOOK_S = 5.0
"""How often to look whether there is still a worker when nothing comes back."""


def each_on_cluster(
    address: str,
    work: Callable[[Job], Done],
    jobs: Sequence[Job],
    progress: Callable[[Job], None] | None = None,
) -> Iterator[Done]:
    """`work` of every job on the workers of the scheduler at `address`, as `workers.each` does it here.

    Few jobs per thread are asked for at a time, so neither this process nor the scheduler holds more than a chunk.
    A job whose worker is lost is done again by another, so `work` must be a function of a module that may run twice.
    `Malformed` when Dask is not installed, nobody answers, no worker is left, or a job ended several workers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise Malformed(
            "--cluster", "Dask is not installed", "pip install 'airshed[cluster]', here and on the workers"
        ) from None
    _knock(address)
    connect: Any = Client  # whose own types are in part
    try:
        client = connect(address, timeout=REACH_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise _nobody(address, error) from None
    try:
        yield from _ordered(client, address, work, jobs, progress)
    finally:
        client.close()


def _knock(address: str) -> None:
    """Look for a listener first: Dask's own client waits long, and leaves threads behind, where there is none."""
    place = ADDRESS.fullmatch(address)
    if place is None:
        raise Malformed("--cluster", f"{address!r} is no address", "write tcp://HOST:PORT, as the scheduler prints it")
    try:
        socket.create_connection((place["host"].strip("[]"), int(place["port"])), timeout=REACH_S).close()
    except (OSError, OverflowError) as error:
        raise _nobody(address, error) from None


def _nobody(address: str, error: Exception) -> Malformed:
    said = getattr(error, "strerror", None) or str(error).partition("\n")[0].rstrip(".")
    return Malformed("--cluster", f"no scheduler at {address} ({said})", "start `dask scheduler` there")


def _ordered(
    client: Any, address: str, work: Callable[[Job], Done], jobs: Sequence[Job], told: Callable[[Job], None] | None
) -> Iterator[Done]:
    _expect_workers(client, address)
    ahead = AHEAD * max(1, sum(client.nthreads().values()))
    waiting: deque[tuple[Job, Any]] = deque()
    left = iter(jobs)
    try:
        while True:
            while len(waiting) < ahead and (job := next(left, None)) is not None:
                waiting.append((job, client.submit(work, job, pure=False)))
            if not waiting:
                return
            job, future = waiting.popleft()
            done: Done = _result(client, address, future)
            if told:
                told(job)
            yield done
    finally:
        if client.status == "running":
            client.cancel([future for _, future in waiting])


def _result(client: Any, address: str, future: Any) -> Any:
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    while True:
        try:
            return future.result(timeout=LOOK_S)
        except TimeoutError:
            _expect_workers(client, address)
        except KilledWorker as error:
            said = str(error).partition("\n")[0].rstrip(".")
            raise Malformed("--cluster", f"a job ended its workers ({said})", "give them more memory") from None
        except (CancelledError, CommClosedError):
            cure = "start it again, with workers, and run this again; what is done stays"
            raise Malformed("--cluster", f"the scheduler at {address} was lost", cure) from None
        except ModuleNotFoundError as error:
            raise Malformed(
                "--cluster", f"a worker lacks {error.name}", "install this version of Airshed where it runs"
            ) from None


def _expect_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=REACH_S)
    except TimeoutError:
        cure = f"start some (dask worker {address}) and run it again; what is done stays"
        raise Malformed("--cluster", f"{address} has no workers", cure) from None
