"""`airshed serve`: one writer, many people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.model.provenance import one_line
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password

if TYPE_CHECKING:
    from airshed.service.http.ways import Pages

#: The environment variable that may hold the secret of the service at its provider of single sign-on.
SECRET = "AIRSHED_OIDC_SECRET"


def serve(
    book: Annotated[
        str, typer.Argument(metavar="BOOK", help="The book: a file, or as --dsn.", show_default=False)
    ] = "",
    dsn: Annotated[
        str,
        typer.Option(
            "--dsn",
            envvar="AIRSHED_DSN",
            help="A book in PostgreSQL: postgresql://HOST/DATABASE#BOOK.",
            show_default=False,
        ),
    ] = "",
    standby: Annotated[
        bool, typer.Option("--standby", help="While another process writes the book, answer who reads; then take over.")
    ] = False,
    read_from: Annotated[
        str, typer.Option("--read-from", help="A replica of the database, from which is read.", show_default=False)
    ] = "",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 for any that is free.")] = 8080,
    at: Annotated[
        str, typer.Option("--at", help="A simulation: the instant at which its clock begins, as 2027-03-01T10:00.")
    ] = "",
    name: Annotated[
        list[str] | None, typer.Option("--name", help="A host name by which it is called; again for others.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="TLS certificate, as PEM.", show_default=False)
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option("--private-key", help="Its private key, as PEM.", show_default=False)
    ] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy on this machine ends TLS and says who asks.")
    ] = False,
    requests_a_second: Annotated[
        int,
        typer.Option(
            min=1,
            max=1_000_000,
            help="Requests of one user with all keys, after four times as many at once; in batches twice as many.",
        ),
    ] = 500,
    demo_users: Annotated[
        bool,
        typer.Option("--demo-users", help="A simulation: anybody signs in as anybody, without a password."),
    ] = False,
    clock_is_right: Annotated[
        bool, typer.Option("--clock-is-right", help="A real programme has rested for long: the clock is right.")
    ] = False,
    published: Annotated[
        Path | None,
        typer.Option(
            "--published",
            metavar="DIR",
            help="The folder of `airshed proof publish`: pages give proofs under its signed head.",
        ),
    ] = None,
    lab: Annotated[
        Path | None,
        typer.Option(
            "--lab",
            metavar="DIR",
            help="Where studies of the laboratory are kept; else in BOOK-lab beside the file of the book.",
        ),
    ] = None,
    oidc_issuer: Annotated[
        str, typer.Option("--oidc-issuer", metavar="URL", help="A provider of single sign-on, as it calls itself.")
    ] = "",
    oidc_client: Annotated[
        str, typer.Option("--oidc-client", help="The name under which it knows this service.", show_default=False)
    ] = "",
    oidc_secret_file: Annotated[
        Path | None,
        typer.Option(
            "--oidc-secret-file",
            help=f"A file with the secret of that name; or the variable {SECRET}; or neither.",
            show_default=False,
        ),
    ] = None,
    oidc_claim: Annotated[
        str, typer.Option("--oidc-claim", help="The claim by which people are known; never given to another person.")
    ] = "sub",
    oidc_acr: Annotated[
        str, typer.Option("--oidc-acr", help="The acr of a sign-in there that counts as a second factor for signing.")
    ] = "",
    oidc_authorities: Annotated[
        Path | None,
        typer.Option("--oidc-authorities", help="Certificates that its own rests on, as PEM.", show_default=False),
    ] = None,
    mail_server: Annotated[
        str, typer.Option("--mail-server", metavar="HOST[:PORT]", help="A server by which notices go as mail.")
    ] = "",
    mail_from: Annotated[
        str, typer.Option("--mail-from", help="The address from which they come.", show_default=False)
    ] = "",
    mail_tls: Annotated[
        str, typer.Option("--mail-tls", help="starttls, tls from the first byte, or none.")
    ] = "starttls",
    mail_user: Annotated[
        str, typer.Option("--mail-user", help="As whom the service signs in there, if at all.", show_default=False)
    ] = "",
    mail_password_file: Annotated[
        Path | None, typer.Option("--mail-password-file", help="A file with the password for it.", show_default=False)
    ] = None,
    mail_authorities: Annotated[
        Path | None,
        typer.Option("--mail-authorities", help="Certificates that the server's rests on, as PEM.", show_default=False),
    ] = None,
) -> None:
    """Serve a book over HTTP: the portal in a browser, and commands, tables and a feed for programs. 账簿服务。

    Users lie beside the book, in BOOK-users or in the schema BOOK_users of its database, and never in it. The first
    start prints a link with which the administrator chooses a password; airshed user add makes others, each bound to an
    actor of the book. Time is that of this machine; in a book that is a simulation it may begin at any instant, and
    with --demo-users whoever opens the portal chooses whom to be: no password is asked for, no user is kept, and the
    book goes on with its next business day unless --at says otherwise. With --oidc-issuer people may sign in by a
    provider of OpenID Connect, once airshed user link has said who they are.

    With --mail-server, users have notices sent to an address that they set and confirm on a page; else none is sent.

    With --standby a second process reads along while another writes the book, and takes over when that is gone.

    Example: airshed serve my.book --port 8080
    """
    import asyncio
    import sys

    from airshed.cli.book.answers import civil_of
    from airshed.service.http.limits import ServiceLimits
    from airshed.service.http.run import opened
    from airshed.service.http.serving import Serving

    if bool(book) == bool(dsn):
        raise Malformed("serve", "which book must be said once", "give BOOK, or --dsn (AIRSHED_DSN)")
    book = book or dsn
    provider = None
    if oidc_issuer or oidc_client:
        from airshed.service.sign_in.provider_settings import ProviderSettings

        secret = secret_in(oidc_secret_file)
        provider = ProviderSettings(oidc_issuer, oidc_client, secret, oidc_claim, oidc_acr, oidc_authorities)
    mail = None
    if mail_server or mail_from or mail_user or mail_password_file or mail_authorities or mail_tls != "starttls":
        from airshed.service.mail.settings import settings_of

        password = None if mail_password_file is None else written_in(mail_password_file)
        mail = settings_of(mail_server, mail_from, mail_tls, mail_user, password, mail_authorities)
    serving = Serving(
        book,
        host,
        port,
        civil_of(book).instant_in(at, "--at") if at else None,
        tuple(name or ()),
        certificate,
        private_key,
        proxied=behind_proxy,
        sure=clock_is_right,
        demo_users=demo_users,
        standby=standby,
        read_from=read_from or None,
        limits=ServiceLimits(
            user_burst=4 * requests_a_second,
            user_every_s=1 / requests_a_second,
            user_commands_burst=200 * requests_a_second,
            user_commands_every_s=0.5 / requests_a_second,
        ),
        provider=provider,
        mail=mail,
        published=published,
        lab=lab,
    )
    _as_notes()
    sys.setswitchinterval(0.0005)  # the thread that answers does not wait long for the one that decides
    with opened(serving, note, portal) as running:
        token = running.link()

        def begun(listening: int) -> None:
            address = running.address(listening)
            writes = running.writer.writes
            doing, zh = ("serving", "服务已启动") if writes else ("standing by for", "备用服务已启动")
            say(f"{doing} {without_password(book)} at {address} {zh}")
            say(one_line(running.service.provenance))
            if demo_users:
                say("rehearsal: anybody signs in as anybody, in a browser 演练环境：用浏览器打开，可任选身份登录")
            if token is not None:
                link = f"{running.called(listening)}/set-up?token={token}"
                say(f"set up the administrator, once, within a day 首次设置管理员: {link}")

        asyncio.run(running.serve(begun))
    say("stopped 已停止")


def portal() -> Pages:
    """The pages of the portal, which are read once the service answers programs."""
    from airshed.pages.portal.ways import PORTAL

    return PORTAL


def secret_in(file: Path | None) -> str | None:
    """The secret of the service at its provider: of a file that others do not read, or of the environment."""
    import os

    if file is None:
        return os.environ.get(SECRET)
    if os.environ.get(SECRET) is not None:
        raise Malformed("--oidc-secret-file", f"goes without {SECRET}", "leave one of them out")
    return written_in(file)


def written_in(file: Path) -> str:
    """A secret in a file that others do not read."""
    if file.stat().st_mode & 0o077:
        raise Malformed(str(file), "may be read by others, and a secret is in it", f"chmod 600 {file}")
    found = file.read_text(encoding="utf-8").strip()
    if not found:
        raise Malformed(str(file), "is empty", "put the secret into it, as one line")
    return found


def note(event: str, **fields: Any) -> None:
    """A line of the log: when, what, and its fields; nothing secret is given to it."""
    import sys
    import time

    import msgspec

    line = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, **fields}
    sys.stderr.write(msgspec.json.encode(line).decode() + "\n")
    sys.stderr.flush()


def _as_notes() -> None:
    """What the libraries log is a line of the log too, as JSON as every other."""
    import logging

    class Noting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            note("server", level=record.levelname.lower(), by=record.name, said=record.getMessage()[:500])

    logging.basicConfig(handlers=[Noting()], level=logging.WARNING, force=True)


def say(line: str) -> None:
    """A line on the output, at once."""
    print(line, flush=True)
