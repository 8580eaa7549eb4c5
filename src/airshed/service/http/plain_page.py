"""A plain page without a script, for what is done before there is a session."""

from __future__ import annotations

from starlette.responses import Response

#: A page may hold its own style and its own form, and nothing else.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def page(title: str, inner: str, status: int = 200) -> Response:
    """A plain page without a script."""
    raw = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Airshed</title><style>body{{font:16px/1.6 sans-serif;margin:3em auto;max-width:34em;padding:0 1em}}"
        f"code{{font-size:1.2em;word-break:break-all}}</style><h1>Airshed</h1><p>{title}</p>{inner}</html>"
    )
    return Response(raw, status, {"Content-Security-Policy": PAGE_POLICY}, "text/html; charset=utf-8")
