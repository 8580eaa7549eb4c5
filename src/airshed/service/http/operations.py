"""Whether it lives, whether it answers, and its figures."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from airshed.service.http.problems import Stopped
from airshed.service.http.receipts import StandsBy
from airshed.service.http.service import Service, given
from airshed.service.http.shapes.operations import Healthy, Ready
from airshed.service.http.ways import Way


async def healthy(service: Service, request: Request) -> Response:
    """The process answers."""
    return given(service, {"healthy": True})


async def ready(service: Service, request: Request) -> Response:
    """Commands are decided: the writer lives and has replayed the book."""
    if not service.writer.live:
        raise Stopped("ended", "the writer does not answer")
    if not service.writer.writes:
        raise StandsBy
    figures = {"records": service.feed.last, "at": service.feed.at, "unchecked": service.unchecked()}
    provider = None if service.provider is None else "known" if service.provider.known else "away"
    return given(service, {"ready": True, **figures, "provider": provider})


async def metrics(service: Service, request: Request) -> Response:
    """Figures of the service in the text form of Prometheus; none of them is about anybody."""
    writer = service.writer
    figures = (
        ("airshed_records", "gauge", "records of the book", service.feed.last),
        ("airshed_commands_total", "counter", "commands answered since the start", writer.commands),
        ("airshed_refused_total", "counter", "of them refused", writer.refused),
        ("airshed_commits_total", "counter", "groups written since the start", writer.groups),
        ("airshed_commands_waiting", "gauge", "commands that wait for the writer", writer.waiting),
        ("airshed_reads_waiting", "gauge", "reads that wait or run", service.readers.waiting),
        ("airshed_feeds", "gauge", "open feeds", service.feed.watching.total()),
        ("airshed_writer_live", "gauge", "1 while the writer answers", int(writer.live and writer.writes)),
        ("airshed_unchecked", "gauge", "record up to which a snapshot is trusted until checked", service.unchecked()),
        ("airshed_standby", "gauge", "1 while another process writes the book", int(writer.live and not writer.writes)),
    )
    lines: list[str] = []
    for name, kind, about, value in figures:
        lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}", f"{name} {value}"]
    lines += ["# HELP airshed_answers_total answers by status", "# TYPE airshed_answers_total counter"]
    lines += [f'airshed_answers_total{{status="{status}"}} {n}' for status, n in sorted(service.counts.items())]
    return Response("\n".join((*lines, "")), 200, media_type="text/plain; version=0.0.4; charset=utf-8")


WAYS: Sequence[Way] = (
    Way("/healthz", "GET", healthy, "healthz", "operations", "open", answer=Healthy),
    Way(
        "/readyz",
        "GET",
        ready,
        "readyz",
        "operations",
        "open",
        answer=Ready,
        more=("ended", "standby"),
    ),
    Way("/metrics", "GET", metrics, "metrics", "operations", "open", gives=("text/plain",)),
)
