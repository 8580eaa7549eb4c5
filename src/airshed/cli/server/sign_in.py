"""`airshed sign-in` and `airshed sign-out`: a session at a service, kept for the commands that follow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, of
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.service.http.shapes.sign_in import HandOver

Address = Annotated[
    str, typer.Argument(metavar="URL", help="Where the service is, as https://host.", show_default=False)
]


def sign_in(
    url: Address,
    user: Annotated[str, typer.Option("--user", help="Name of the user.", show_default=False)] = "",
    browser: Annotated[
        bool, typer.Option("--browser", help="Sign in in a browser, by single sign-on or passkey too.")
    ] = False,
    machine_key: Annotated[
        Path | None, typer.Option("--machine-key", help="Sign by this key instead, as PEM.", show_default=False)
    ] = None,
    authorities: Annotated[
        Path | None, typer.Option("--authorities", help="Certificates to trust, as PEM.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Sign in at a service, so that the commands that follow take --server URL. 登录服务。

    Asks for the password and for the code of the authenticator; where the input is no terminal they are its first two
    lines. The session is kept in a file of this user, the password nowhere. With --browser it shows an address and a
    code: whoever has signed in there, by whichever way, enters it. A machine signs each request by its key.

    Example: airshed sign-in http://127.0.0.1:8080 --user wang
    """
    from airshed.cli.server.kept import KeptService, all_kept, fail_by, keep
    from airshed.client import Client, Refused, key_in

    if bool(user) + browser + (machine_key is not None) != 1:
        cure = "give --user NAME, --browser, or --machine-key FILE"
        raise Malformed("sign-in", "who signs in must be said once", cure)
    key = None if machine_key is None else key_in(machine_key)
    with Client(url, key=key, authorities=authorities) as client:
        try:
            if browser:
                client.sign_in_by_browser(_show)
            elif key is None:
                client.sign_in(user, *_secrets())
            told = client.me()
        except Refused as refused:
            fail_by(refused.problem, client.url)
        kept = KeptService(
            told.user,
            told.actor,
            client.cookie,
            client.csrf,
            str(machine_key.absolute()) if machine_key else "",
            str(authorities.absolute()) if authorities else "",
        )
        keep({**all_kept(), client.url: kept})
    of(told.provenance)
    if json:
        as_json({"user": told.user, "actor": told.actor, "reads": told.reads})
    else:
        console.print(f"{told.user} acts as {told.actor or 'nobody'} and reads: {told.reads} 已登录")


def _show(asked: HandOver) -> None:
    """Where to go, and what to enter there; on standard error, so that what follows can be read by programs."""
    told = f"open {asked.page} in a browser, sign in, and enter {asked.code} 请在浏览器中打开该网址，登录后输入验证码"
    print(told, file=sys.stderr, flush=True)


def _secrets() -> tuple[str, str]:
    """The password and the code."""
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("password 口令: "), input("code 动态码: ").strip()
    lines = sys.stdin.read(2_000).splitlines()
    if len(lines) != 2:
        raise Malformed("standard input", f"has {len(lines)} lines", "write the password, and the code below it")
    return lines[0], lines[1].strip()


def sign_out(url: Address) -> None:
    """End the session at a service. 退出登录。

    Example: airshed sign-out http://127.0.0.1:8080
    """
    from airshed.cli.server.kept import all_kept, client_of, keep

    with client_of(url) as client:
        found = all_kept()
        if not found.pop(client.url).key:
            client.sign_out()
        keep(found)
    console.print("signed out 已退出")
