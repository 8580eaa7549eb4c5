"""The reference page of the service over HTTP."""

from __future__ import annotations

import inspect
import re

from airshed.service.http.catalogue import WAYS
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.openapi import COMMAND_HEADERS, SIGNING_HEADER
from airshed.service.http.problems import PROBLEMS
from airshed.service.http.ways import Way
from airshed.service.sign_in.sessions import IDLE_MS, PROVEN_MS, WHOLE_MS
from airshed.service.sign_in.signatures import AHEAD_S, ALWAYS, IF_THERE, OLDEST_S, WITH_BODY

ROOMS = {
    "commands": "Commands 指令",
    "reading": "Reading 查阅",
    "market": "Market data 市场行情",
    "feed": "The feed 记录推送",
    "sign-in": "Signing in 登录",
    "users": "Users, for administrators 用户管理",
    "operations": "Operations 运维",
}
ACCESS = {"signed": "who has signed in", "anybody": "anybody; more to whom has signed in", "open": "anybody"}


def markdown(generated: str) -> str:
    """The page."""
    parts = [
        "# The service over HTTP\n\n"
        "`airshed serve BOOK` answers these. `GET /openapi.json` says the same for programs, with every shape; "
        "[use the service](../how-to/use-the-service.md) is a session with curl. Everything is JSON in UTF-8 unless it "
        "says otherwise. An answer in JSON, and the header `Airshed-Provenance` of any, says whether the "
        "book is a real "
        "programme or a simulation.\n\n"
        f"{generated}\n"
    ]
    for room, title in ROOMS.items():
        parts.append(f"## {title}\n\n{_ABOUT.get(room, '')}{_ways([way for way in WAYS if way.room == room])}")
    parts += [_headers(), _problems(), _signatures(), _bounds()]
    return "\n".join(parts)


def _ways(ways: list[Way]) -> str:
    lines = ["| ask | answers | is for |", "|---|---|---|"]
    for way in ways:
        if not way.command:
            asked = ", ".join(f"`{each.name}`" for each in way.asked if each.where == "query")
            words = f"; asked by {asked}" if asked else ""
            lines.append(f"| `{way.method} {way.path}` | {_doc(way)}{words} | {ACCESS[way.access]} |")
    return "\n".join(lines) + "\n"


def _doc(way: Way) -> str:
    return (inspect.getdoc(getattr(way.handler, "func", way.handler)) or "").partition("\n")[0]


def _headers() -> str:
    lines = ["## Headers of a command\n", "| header | meaning |", "|---|---|"]
    lines += [f"| `{each.name}` | {each.about} |" for each in (*COMMAND_HEADERS, SIGNING_HEADER)]
    return "\n".join(lines) + "\n"


def _problems() -> str:
    lines = [
        "## Problems\n\n"
        "An answer that says no is `application/problem+json`: `code`, `title`, `title_zh`, `detail`, and "
        "the `article` of "
        "a [refusal](refusals.md), which stands in the book with its number (`seq`). Who is answered 403, "
        "409 or 422 with "
        "`urn:airshed:refusal:` in `type` was refused by the law. These are the service's own:\n",
        "| `code` | status | meaning | 含义 |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{code}` | {status} | {en} | {zh} |" for code, (status, en, zh) in PROBLEMS.items()]
    return "\n".join(lines) + "\n"


def _signatures() -> str:
    always = ", ".join(f"`{name}`" for name in ALWAYS)
    more = ", ".join(f"`{name}`" for name in IF_THERE)
    return (
        "## Signatures of machines\n\n"
        "HTTP Message Signatures (RFC 9421) in one form: Ed25519, label `sig1`, the parameters `created`, "
        "`keyid`, `nonce` "
        f"and `alg` in that order. It covers {always}; `{WITH_BODY}` (SHA-256) "
        f"where there is a body; {more} where they are "
        f"sent; nothing else. `keyid` is the first 32 hex digits of the SHA-256 of the public key. A "
        f"signature is good for "
        f"{OLDEST_S} seconds, {AHEAD_S} ahead of the clock at most, and once.\n\n"
        "```\n"
        'Signature-Input: sig1=("@method" "@authority" "@path" "@query" "idempotency-key" "content-digest")'
        ';created=1803870000;keyid="0123456789abcdef0123456789abcdef";nonce="Zx81kq0Vn3u7bC5d";alg="ed25519"\n'
        "Signature: sig1=:BASE64:\n"
        "```\n"
    )


def _bounds() -> str:
    """What the service takes before it says to come again, from where it is written."""
    lines = [
        "## Bounds\n\nWhat is beyond them is answered 413, 408, 429 or 503, and forgotten.\n",
        "| bound | is | about |",
        "|---|---|---|",
    ]
    about: list[str] = []
    usual = ServiceLimits()
    for line in inspect.getsource(ServiceLimits).splitlines():
        text = line.strip()
        if text.startswith("#:"):
            about.append(text.removeprefix("#:").strip())
        elif found := re.match(r"(\w+): (?:int|float) =", text):
            lines.append(f"| `{found[1]}` | {getattr(usual, found[1]):,} | {' '.join(about)} |")
            about = []
    return "\n".join(lines) + "\n"


_ABOUT = {
    "commands": "`POST /v1/commands/{Command}` for each of the [catalogue](commands.md), its fields as "
    "the body, without "
    "`do`. Who acts is who has signed in; a body with `actor` is malformed.\n\n",
    "reading": "A filter is `column=value`, or `column.ge=`, `.gt`, `.le`, `.lt`, `.ne`; `limit` and `cursor` page, "
    "`last=true` gives the last rows. `Accept: text/csv` or `application/vnd.apache.parquet` gives a whole table as a "
    "file; in CSV a text that a spreadsheet would run begins with an apostrophe. A holder reads what "
    "names its account, "
    "its sources or its people, a bureau what is of its jurisdiction, an office of the zone everything "
    "but sealed bids. "
    "How far each role and everybody else reads of each table is data of the law: [who may do what]"
    "(who-may-do-what.md#read-tables).\n\n",
    "feed": "Server-sent events, `id` the number of the record. `Last-Event-ID` or `?after=` resumes; "
    "without either it "
    "begins at the end. Number and hash are everybody's, content is for those whose it is.\n\n",
    "sign-in": "A session is a cookie, with a token in `X-CSRF-Token`. It "
    f"ends after {IDLE_MS // 60_000} minutes without a "
    f"request and after {WHOLE_MS // 3_600_000} hours. To confirm an act "
    f"takes a code of the last {PROVEN_MS // 60_000} "
    "minutes.\n\n",
}
