"""What a brief chose as a law: to keep as a zip, or brought as any law is and compared before it is proposed."""

from __future__ import annotations

import asyncio
import json
import shlex

from starlette.requests import Request
from starlette.responses import Response

from airshed.lab.brief.adopted import Told, adopted
from airshed.lab.brief.designs import BriefDesign
from airshed.lab.brief.sessions import SEED
from airshed.model.refusal import Malformed
from airshed.pages.portal.frame import Visitor
from airshed.pages.portal.office.designs import BRIEF
from airshed.pages.portal.office.law import digest_of
from airshed.pages.portal.office.law_adopting import ZIP, adopter, checked, fault_of, offered
from airshed.pages.portal.office.law_files import zipped
from airshed.rulebook.load import find, texts
from airshed.service.book.kept import KeptBook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.run.studies import ANSWER, Study

#: The name of the file that is given.
FILE = "law.zip"


async def drafted(visitor: Visitor, study: Study) -> dict[str, bytes]:
    """The texts of the law that a brief chose: of the law in force where it is of that programme, else of the shipped.

    Malformed where a city varies by itself what the design says.
    """
    if study.asked.kind != BRIEF or study.state != "done":
        raise Stopped("not_there", "this study has no brief, or none yet")
    base = await _base(visitor, study.asked.fields["law"])
    return await asyncio.to_thread(_written, study, base)


async def propose(service: Service, request: Request, study: Study) -> Response:
    """Bring the law of a brief, as if its text had been brought: somebody who may adopt sees what it changes."""
    visitor = await adopter(service, request)
    try:
        found = await drafted(visitor, study)
    except Malformed as error:
        return await offered(visitor, [fault_of(error)])
    return await offered(visitor, await asyncio.to_thread(checked, list(found.items())))


async def as_zip(visitor: Visitor, study: Study) -> Response:
    """The law of a brief as a zip of its folder."""
    try:
        found = await drafted(visitor, study)
    except Malformed as error:
        raise Stopped("not_there", str(error)) from None
    raw = await asyncio.to_thread(zipped, found, study.asked.fields["law"])
    return Response(raw, 200, {"Content-Disposition": f'attachment; filename="{study.name}-{FILE}"'}, ZIP)


def _written(study: Study, base: dict[str, bytes]) -> dict[str, bytes]:
    answer = json.loads((study.folder / ANSWER).read_text("utf-8"))
    told = answer["assumed"]
    assumed = (
        f"Assumed: growth of {told['growth_percent']:g} percent a year, caps that fall by {told['decline_percent']:g}, "
        f"a rate of {told['rate_percent']:g}; costs are indicative; sessions are drawn from seed {SEED}."
    )
    command = f"airshed {shlex.join(word for word in study.asked.words if word != '--json')}"
    return adopted(base, BriefDesign(**answer["choice"]), Told(command, assumed))


async def _base(visitor: Visitor, name: str) -> dict[str, bytes]:
    in_force, programme = await visitor.look(lambda market, rules: (digest_of(market.state), rules.programme.id))

    def kept(book: KeptBook) -> dict[str, bytes] | None:
        return dict(book.law(in_force)) if book.keeps(in_force) else None

    found = await visitor.service.readers.read(kept) if programme == name else None
    return found if found is not None else await asyncio.to_thread(lambda: texts(find(name)))
