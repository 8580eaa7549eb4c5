"""What pages load: a style sheet and scripts, under an address made of their content, so that browsers keep them."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service

PORTAL, KIT = "airshed.pages.portal", "airshed.pages.kit"
CSS, SCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
FOR_GOOD = "public, max-age=31536000, immutable"
#: Scripts of ours by the package that has them.
MODULES = (
    "page.js",
    "live.js",
    "acts.js",
    "trade.js",
    "series.js",
    "tables.js",
    "charts.js",
    "map.js",
    "digest.js",
    "lab.js",
    "sealed.js",
)


class Asset(NamedTuple):
    """A file that pages load."""

    kind: str
    plain: bytes
    packed: bytes


class Assets(NamedTuple):
    """All of them, and the name that they have together."""

    version: str
    files: Mapping[str, Asset]

    def address(self, name: str) -> str:
        """Where a browser finds one."""
        return f"/assets/{self.version}/{name}"


@cache
def assets() -> Assets:
    """What the package has, read once. Modules name one another, so all of them are named by the content of all."""
    portal, kit = files(PORTAL), files(KIT)
    style = (kit / "templates" / "page.css").read_bytes() + (portal / "templates" / "portal.css").read_bytes()
    texts = {"page.css": (CSS, style)}
    texts |= {name: (SCRIPT, (portal / "scripts" / name).read_bytes()) for name in MODULES}
    texts["figures.js"] = (SCRIPT, (kit / "templates" / "figures.js").read_bytes())
    bundle = kit / "assets" / "echarts.js"
    if bundle.is_file():
        texts["echarts.js"] = (SCRIPT, bundle.read_bytes())
    version = sha256(b"".join(name.encode() + text for name, (_, text) in sorted(texts.items()))).hexdigest()[:16]
    return Assets(
        version, {name: Asset(kind, text, gzip.compress(text, 9, mtime=0)) for name, (kind, text) in texts.items()}
    )


def charts_there() -> bool:
    """Whether the chart library was bundled at set-up."""
    return "echarts.js" in assets().files


async def asset(service: Service, request: Request) -> Response:
    """One of them."""
    there = assets()
    found = there.files.get(request.path_params["name"])
    if found is None or request.path_params["version"] != there.version:
        raise Stopped("not_there", "pages name the style sheet and the scripts that there are")
    headers = {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, 200, {**headers, "Content-Encoding": "gzip"}, found.kind)
    return Response(found.plain, 200, headers, found.kind)
