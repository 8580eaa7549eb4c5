"""A file of an estimate is brought: what it gives goes on to the act that hands it in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import FileEstimate
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.model.refusal import Malformed
from airshed.pages.portal.frame import acting, on
from airshed.pages.portal.monitoring import shown
from airshed.pages.portal.office.law_adopting import AGAIN, fault_of
from airshed.pages.portal.office.sheets import SEVERAL_PARTS, parts_of
from airshed.service.forms.measures import Terms, write
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service, large_body_of
from airshed.service.stacks.estimate_blanks import BLANKS
from airshed.service.stacks.estimate_files import ReadEstimate, read_estimate
from airshed.zone.factors import shipped_factors


async def bring(service: Service, request: Request) -> Response:
    """Read a file and go on to the act with what it gives; a file that cannot be right is shown with its faults."""
    visitor = await acting(service, request)  # before a file is read for them
    raw = await large_body_of(service, request, service.limits.command_bytes, SEVERAL_PARTS)
    sent = await asyncio.to_thread(parts_of, raw, request.headers.get("content-type", ""))
    signed = visitor.signed
    assert signed is not None
    if signed.session is None or not service.door.own_form(request, signed.session, sent.fields.get("csrf", "")):
        return await shown(visitor, notice=AGAIN, status=422)
    rules = await visitor.look(lambda market, rules: rules)
    try:
        read = await asyncio.to_thread(read_estimate, sent.content, sent.name or "file", rules, shipped_factors())
    except Malformed as error:
        return await shown(visitor, fault=fault_of(error), status=422)
    before = await visitor.look(lambda market, rules: _before(market.state, read))
    return on(f"/act/FileEstimate?{urlencode(_fields(read.command(before), visitor.standing.terms))}")


def _before(state: State, read: ReadEstimate) -> str:
    """The file that stands of the same days, whose place this one would take; empty where there is none."""
    said, (first, last) = read.said, read.span
    for other in state.estimates.get((said.source, said.year), {}).values():
        if (other.part, other.pollutant) == (said.part, said.pollutant) and other.first <= last and first <= other.last:
            return other.evidence
    return ""


def _fields(body: FileEstimate, terms: Terms) -> Mapping[str, str]:
    """What stands in the form of the act."""
    shares = {
        name: write(share, Unit.BASIS_POINTS, terms)
        for name in ("below", "above")
        if (share := getattr(body, name)) is not None
    }
    plain = ("source", "year", "pollutant", "part", "method", "first", "last", "calculation", "evidence", "replaces")
    said = {name: str(getattr(body, name)) for name in plain}
    return {**said, "mass_mg": write(body.mass_mg, Unit.MG, terms), **shares}


async def blank(service: Service, request: Request) -> Response:
    """A file to begin with, of a method."""
    await service.door.look(request)
    text = BLANKS.get(request.path_params["file"].removesuffix(".toml"))
    if text is None:
        raise Stopped("not_there", "there is no such file to begin with")
    return Response(text, 200, media_type="application/toml")
