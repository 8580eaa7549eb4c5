"""`airshed user`: the users of a service, beside its book."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.options import BookPath, Json
from airshed.cli.show import as_json, console, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.service.sign_in.users import Users

app = typer.Typer(help="Who may sign in at a service, and as whom they act. 服务用户。", no_args_is_help=True)
UserName = Annotated[str, typer.Argument(metavar="USER", help="Name of the user.", show_default=False)]


@contextmanager
def _users(book: str) -> Iterator[Users]:
    from airshed.cli.show import showing
    from airshed.service.book.addressed import to_read
    from airshed.service.http.clock import machine_ms
    from airshed.service.sign_in.users import users_of

    with showing(to_read(book)):
        users = users_of(book, machine_ms)
    try:
        yield users
    finally:
        users.close()


def _say_link(user: str, token: str, json: bool) -> None:
    if json:
        as_json({"user": user, "token": token})
    else:
        console.print(f"{user}: open ADDRESS/set-up?token={token} within a day 请在一日内打开此链接完成设置")


@app.command()
def add(
    book: BookPath,
    user: UserName,
    actor: Annotated[str, typer.Option("--actor", help="The actor of the book as whom they act, for good.")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="They administer users.")] = False,
    json: Json = False,
) -> None:
    """Make a user, bound to an actor of the book, and print the link for the first sign-in. 新增用户。

    The word of the link is good once and for a day; whoever has it chooses the password, so hand it to its user alone.

    Example: airshed user add my.book wang --actor wang
    """
    from airshed.service.book.addressed import to_read
    from airshed.service.http.users import known_actor

    if actor:
        with to_read(book) as opened:
            known_actor(opened, actor)
    with _users(book) as users:
        _say_link(user, users.add(user, actor, admin=admin), json)


@app.command()
def invite(book: BookPath, user: UserName, json: Json = False) -> None:
    """Print another link for a user who has lost the password or the authenticator. 重新邀请。

    Example: airshed user invite my.book wang
    """
    with _users(book) as users:
        _say_link(user, users.invite(user), json)


@app.command(name="list")
def list_users(book: BookPath, json: Json = False) -> None:
    """Who may sign in, as whom they act, and their keys. 用户清单。

    Example: airshed user list my.book
    """
    with _users(book) as users:
        found, keys, linked = users.all(), users.keys(), users.identities()
        passkeys = {each.name: users.passkeys(each.name) for each in found}
    if json:
        for each in found:
            said = {"user": each.name, "actor": each.actor, "admin": each.admin, "state": each.state}
            known = [f"{one.claim} {one.known_as} at {one.issuer}" for one in linked if one.user == each.name]
            active = [key.id for key in keys if key.user.name == each.name and key.state == "active"]
            as_json({**said, "keys": active, "passkeys": len(passkeys[each.name]), "known_as": known})
        return
    from airshed.cli.book.answers import civil_of

    civil = civil_of(book)
    rows = [
        [
            each.name,
            each.actor or ("administers users" if each.admin else ""),
            each.state,
            civil.clock(each.made_at)[:16],
            sum(key.user.name == each.name and key.state == "active" for key in keys),
            len(passkeys[each.name]),
            ", ".join(one.known_as for one in linked if one.user == each.name),
        ]
        for each in found
    ]
    table("users 用户", ["user", "acts as", "state", "since", "keys #", "passkeys #", "known as"], rows)


@app.command()
def lock(book: BookPath, user: UserName) -> None:
    """Let a user sign in no more, with a password or a key; who is signed in is out at once. 停用用户。

    Example: airshed user lock my.book wang
    """
    with _users(book) as users:
        users.lock(user)
    console.print(f"{user} is locked 已停用")


@app.command()
def unlock(book: BookPath, user: UserName) -> None:
    """Let a locked user sign in again. 启用用户。

    Example: airshed user unlock my.book wang
    """
    with _users(book) as users:
        users.unlock(user)
    console.print(f"{user} may sign in again 已启用")


@app.command()
def link(
    book: BookPath,
    user: UserName,
    known_as: Annotated[str, typer.Argument(help="The value of the claim by which the provider knows them.")],
    issuer: Annotated[str, typer.Option("--issuer", metavar="URL", help="The provider, as serve --oidc-issuer.")],
    claim: Annotated[str, typer.Option("--claim", help="The claim, as serve --oidc-claim.")] = "sub",
) -> None:
    """Let a user sign in by a provider of OpenID Connect: whoever it knows so is this user. 关联统一身份。

    Nobody says so of themselves; an administrator does. One who was invited needs no password then, but what is signed
    takes a second factor still: that of the link, a passkey, or the provider's (serve --oidc-acr).

    Example: airshed user link my.book wang 3f2c9a --issuer https://login.example
    """
    with _users(book) as users:
        users.link(user, issuer, claim, known_as)
    console.print(f"{user} signs in as {claim} {known_as} at {issuer} 已关联")


@app.command()
def unlink(book: BookPath, user: UserName) -> None:
    """Let no provider sign in a user any more; who is signed in is out at once. 取消关联。

    Example: airshed user unlink my.book wang
    """
    with _users(book) as users:
        users.unlink(user)
    console.print(f"{user} signs in by no provider any more 已取消关联")


@app.command(name="add-key")
def add_key(
    book: BookPath,
    user: UserName,
    public_key: Annotated[Path, typer.Argument(help="Its public key, Ed25519 as PEM.", show_default=False)],
    json: Json = False,
) -> None:
    """Let a machine sign its requests as a user; it confirms nothing, for that takes a person. 登记机器密钥。

    Example: airshed user add-key my.book steel-machine steel.pub
    """
    from airshed.service.sign_in.signatures import public_of

    with _users(book) as users:
        name = users.add_key(user, public_of(public_key.read_bytes(), str(public_key)))
    if json:
        as_json({"user": user, "key": name})
    else:
        console.print(f"{user}: key {name}")


@app.command(name="new-key")
def new_key(
    private: Annotated[Path, typer.Argument(help="File for the private key; .pub is put behind for the other.")],
) -> None:
    """Make a pair of keys for a machine; the private one never leaves it. 生成密钥。

    Example: airshed user new-key steel.pem
    """
    import os

    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = private.with_name(private.name + ".pub")
    for path in (private, public):
        if path.exists():
            raise Malformed(str(path), "is there already", "choose another name")
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(raw)
    public.write_bytes(key.public_key().public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo))
    console.print(f"{private} (for this machine alone) and {public}")


@app.command(name="end-key")
def end_key(book: BookPath, key: Annotated[str, typer.Argument(help="Name of the key.", show_default=False)]) -> None:
    """Let a key sign nothing from here on. 停用密钥。

    Example: airshed user end-key my.book 0123456789abcdef0123456789abcdef
    """
    with _users(book) as users:
        users.end_key(key)
    console.print(f"key {key} signs nothing from here on 已停用")
