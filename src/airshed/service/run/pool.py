"""A local pool: one job per stack, results in the order of the jobs, few of them in memory at a time."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import NamedTuple, TypeVar

from airshed.model.refusal import Malformed

Job = TypeVar("Job")
Done = TypeVar("Done")

DEFAULT_WORKERS = 2
PAYS = 10
"""From how many jobs on a pool is begun unless it is asked for: its start takes as long as some nine stack-years."""
AHEAD = 4
"""Jobs per worker that are asked for before the first result is taken."""


class Crew(NamedTuple):
    """Workers that stay for several works, so that each begins once; none begins before there is work for it."""

    size: int
    pool: ProcessPoolExecutor


@contextmanager
def crew(workers: int | None) -> Iterator[int | Crew]:
    """Workers for whatever `each` does within, two where nobody says how many; one alone is this process.

    They leave an interrupt to this process: each finishes the job in hand, what is not begun is dropped. When this
    process is killed they end at once, so that nobody writes on behind the back of its successor.
    """
    workers = DEFAULT_WORKERS if workers is None else workers
    if workers < 2:
        yield workers
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin)
    try:
        yield Crew(workers, pool)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def each(
    work: Callable[[Job], Done],
    jobs: Sequence[Job],
    workers: int | Crew | None = None,
    progress: Callable[[Job], None] | None = None,
) -> Iterator[Done]:
    """`work` of every job, by so many workers of its own or by a crew; in this process when one worker is enough.

    Without a number of workers they are two, where there are so many jobs that their start pays. `work` must be a
    function of a module.
    """
    if workers is None:
        workers = DEFAULT_WORKERS if len(jobs) >= PAYS else 1
    if isinstance(workers, Crew):
        yield from _by(workers, work, jobs, progress)
    elif workers < 2 or len(jobs) < 2:
        for job in jobs:
            yield _told(work(job), job, progress)
    else:
        with crew(min(workers, len(jobs))) as own:
            yield from each(work, jobs, own, progress)


def _by(
    hands: Crew, work: Callable[[Job], Done], jobs: Sequence[Job], progress: Callable[[Job], None] | None
) -> Iterator[Done]:
    waiting: deque[tuple[Job, Future[Done]]] = deque()
    for job in jobs:
        waiting.append((job, hands.pool.submit(work, job)))
        if len(waiting) >= AHEAD * hands.size:
            first, future = waiting.popleft()
            yield _told(future.result(), first, progress)
    while waiting:
        first, future = waiting.popleft()
        yield _told(future.result(), first, progress)


def pooled(
    work: Callable[[Job], Done], jobs: Sequence[Job], workers: int, progress: Callable[[Job], None] | None = None
) -> Iterator[Done]:
    """`each`, for a command that has `--workers`: one of them that is ended from outside is Malformed."""
    try:
        yield from each(work, jobs, workers, progress)
    except BrokenProcessPool:
        cure = "run it again, with more memory or --workers 1; what is done stays"
        raise Malformed("--workers", "a worker was ended from outside", cure) from None


def _told(done: Done, job: Job, progress: Callable[[Job], None] | None) -> Done:
    if progress:
        progress(job)
    return done


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # As many processes as cores: threads within each would only take turns.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None, "a worker of the pool"
    parent.join()
    os._exit(1)
