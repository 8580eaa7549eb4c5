"""The OpenAPI document of the service, made of the ways into it and of the shapes that go through them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from airshed import __version__
from airshed.service.http.commands import BODIES
from airshed.service.http.problems import PROBLEMS, TYPE
from airshed.service.http.shapes.problem import Problem
from airshed.service.http.ways import Parameter, Way

REFERENCE = "#/components/schemas/{name}"
#: What commands are told beside their body.
COMMAND_HEADERS = (
    Parameter(
        "Idempotency-Key", "The same key with the same body counts once, and gets the same answer.", where="header"
    ),
    Parameter(
        "Airshed-Once",
        "Instead of a key: for the how manieth time it is meant. The key is made of the content, as airshed act does.",
        kind="integer",
        where="header",
    ),
    Parameter("Airshed-At", "The instant, as 2027-03-01T10:00; in a book that is a simulation only.", where="header"),
    Parameter(
        "X-CSRF-Token",
        "The token of the session, for every request with a cookie that changes something.",
        where="header",
    ),
)
SIGNING_HEADER = Parameter(
    "Airshed-Code", "A one-time code of now, unless one was given in the last minutes.", where="header"
)

#: Headers of answers.
TOLD = {
    "Airshed-Provenance": "What the book is: a real programme, or a simulation.",
    "Airshed-Head": "Number and hash of the record up to which it was read.",
    "Airshed-Cursor": "For the next page of a file, where there is one.",
    "Airshed-Writer": "Where commands are taken, of a service that stands by.",
    "ETag": "Send it back as If-None-Match: what has not changed is answered 304.",
    "Location": "Where to go on.",
    "Retry-After": "Seconds to wait.",
    "Set-Cookie": "The session.",
}
#: Statuses that say when to come again.
LATER = (429, 503)
FILTERS = {
    "name": "filters",
    "in": "query",
    "style": "form",
    "explode": True,
    "description": "Columns of the table with a value, as account=steel; with .ge, .gt, .le, .lt or .ne behind the "
    "name it is compared so, as count.ge=1000. What is kept back is never chosen by.",
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}


def document(ways: Sequence[Way]) -> dict[str, Any]:
    """The whole of it."""
    shapes: list[Any] = [Problem, *BODIES.values()]
    shapes += [shape for way in ways for shape in (way.body, way.answer) if shape is not None]
    _, components = msgspec.json.schema_components(list(dict.fromkeys(shapes)), ref_template=REFERENCE)
    for name in BODIES:
        components[_fields(name)] = _without_name(components[name])
    paths: dict[str, dict[str, Any]] = {}
    for way in ways:
        paths.setdefault(way.path, {})[way.method.lower()] = _operation(way)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Airshed",
            "version": __version__,
            "description": "An emission trading system: what is answered is on disk. 排污权交易系统服务接口。",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": room} for room in dict.fromkeys(way.room for way in ways)],
        "paths": paths,
        "components": {
            "schemas": components,
            "headers": {name: {"description": about, "schema": {"type": "string"}} for name, about in TOLD.items()},
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "airshed",
                    "description": "From POST /v1/sign-in; over TLS it is called __Host-airshed.",
                },
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature",
                    "description": "HTTP Message Signatures (RFC 9421) by Ed25519; docs/reference/api.md has the form.",
                },
            },
        },
    }


def _operation(way: Way) -> dict[str, Any]:
    english = _doc(BODIES[way.command]) if way.command else _doc(way.handler)
    asked = [*way.asked]
    if way.tagged:
        asked.append(Parameter("If-None-Match", "The ETag of an answer that is there already.", where="header"))
    if len(way.gives) > 1:
        asked.append(Parameter("Accept", f"One of {', '.join(way.gives)}.", where="header"))
    if way.body is not None and way.room == "commands":
        asked += COMMAND_HEADERS if way.command else COMMAND_HEADERS[2:]
        asked += [SIGNING_HEADER] if way.signing else []
    said: dict[str, Any] = {
        "operationId": way.name,
        "tags": [way.room],
        "summary": english.partition("\n")[0],
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": _part(way, name)} for name in _names(way.path)),
            *(
                {"name": each.name, "in": each.where, "description": each.about, "schema": {"type": each.kind}}
                for each in asked
            ),
            *((FILTERS,) if way.filtered else ()),
        ],
        "responses": _responses(way),
    }
    if way.access == "signed":
        said["security"] = [{"session": []}, {"signature": []}]
    elif way.access == "anybody":
        said["security"] = [{}, {"session": []}, {"signature": []}]
    else:
        said["security"] = []
    if way.body is not None:
        said["requestBody"] = {
            "required": True,
            "content": {way.takes: {"schema": _reference(_fields(way.command)) if way.command else _schema(way.body)}},
        }
    return said


def _responses(way: Way) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for kind in way.gives:
        content[kind] = {"schema": _schema(way.answer) if kind.endswith("json") and way.answer else {"type": "string"}}
    status = str(way.status)
    tells = [*way.tells, *(("ETag", "Airshed-Head", "Airshed-Cursor") if way.tagged else ())]
    done = {"description": "Done.", "headers": _headers(*tells)}
    said: dict[str, Any] = {status: done | ({"content": content} if content else {})}
    if way.tagged:
        said["304"] = {"description": "It has not changed.", "headers": _headers("ETag", "Airshed-Head")}
    forms: dict[str, Any] = {TYPE: {"schema": _schema(Problem)}}
    forms |= {kind: {"schema": {"type": "string"}} for kind in way.gives if kind == "text/html"}
    statuses = {PROBLEMS[code][0] for code in (*way.problems, "method_not_allowed")}
    if way.command or way.path == "/v1/commands":
        statuses |= {403, 409, 422}
    for each in sorted(statuses):
        later = ("Retry-After", "Airshed-Writer") if each == 503 else ("Retry-After",) if each in LATER else ()
        said[str(each)] = {"description": "Why not.", "headers": _headers(*later), "content": forms}
    return said


def _part(way: Way, name: str) -> dict[str, Any]:
    """What a part of a path is."""
    return {"type": "string"} | ({"enum": [*way.choices[name]]} if name in way.choices else {})


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("Airshed-Provenance", *names)}


@cache
def _schema(shape: Any) -> dict[str, Any]:
    found, _ = msgspec.json.schema_components([shape], ref_template=REFERENCE)
    return dict(found[0])


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": REFERENCE.format(name=name)}


def _fields(command: str) -> str:
    """The name of what a command says where the path names it."""
    return f"{command}Fields"


def _without_name(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A command without `do`: the path says which it is."""
    found = {**schema, "title": _fields(schema["title"])}
    found["properties"] = {name: each for name, each in schema["properties"].items() if name != "do"}
    found["required"] = [name for name in schema.get("required", ()) if name != "do"]
    return found


def _names(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _doc(what: Any) -> str:
    return inspect.getdoc(getattr(what, "func", what)) or ""


def told(found: Mapping[str, Any]) -> bytes:
    """The document in JSON."""
    return msgspec.json.encode(found)
