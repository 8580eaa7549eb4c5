"""By which server letters go, and as whom the service sends them; off unless one is named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from airshed.model.refusal import Malformed

#: How a connection to the server is kept from listeners: from its beginning, from its second sentence, or not at all.
Secured = Literal["tls", "starttls", "none"]
#: The port of each where none is written (RFC 8314; RFC 5321 where nothing is kept from anybody).
PORTS = {"tls": 465, "starttls": 587, "none": 25}
#: Addresses at which a password needs no TLS: they do not leave the machine.
LOCAL = ("127.0.0.1", "localhost", "::1")
#: An address as most are (the dot-atom of RFC 5321, 4.1.2): no quotes, no comments, nothing that a header could mean.
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.I
)
LONGEST = 254


def address_in(text: str, place: str) -> str:
    """An address to which a letter can go, or `Malformed`.

    >>> address_in(" wang@works.example ", "address")
    'wang@works.example'
    """
    found = text.strip()
    local = found.partition("@")[0]
    plain = found.isascii() and len(found) <= LONGEST and _ADDRESS.fullmatch(found) is not None
    if not plain or local.startswith(".") or local.endswith(".") or ".." in local:
        raise Malformed(place, f"{found[:80]!a} is no address", "write it as name@works.example, in plain letters")
    return found


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that takes letters, and who it is that gives them to it."""

    host: str
    port: int
    #: The address from which letters come.
    sender: str
    secured: Secured = "starttls"
    user: str = ""
    password: str | None = field(default=None, repr=False)
    #: Certificates that the server's own rests on, beside those of the system.
    authorities: Path | None = None

    def __post_init__(self) -> None:
        if bool(self.user) != (self.password is not None):
            raise Malformed("--mail-user", "goes with --mail-password-file", "give both, or neither")
        for text, place in ((self.user, "--mail-user"), (self.password or "", "--mail-password-file")):
            if not (text.isascii() and text.isprintable()):  # which a sign-in by SMTP has no one way to say
                raise Malformed(place, "has other letters than those of ASCII", "have one made of plain letters")
        if self.user and self.secured == "none" and self.host not in LOCAL:
            what = f"{self.host} would be told a password in the clear"
            raise Malformed("--mail-tls none", what, "take starttls or tls, or leave the user out")


def settings_of(
    server: str,
    sender: str,
    secured: str = "starttls",
    user: str = "",
    password: str | None = None,
    authorities: Path | None = None,
) -> MailSettings:
    """Settings as a shell writes them.

    >>> settings_of("mail.bureau.example", "market@bureau.example").port
    587
    """
    if not server:
        raise Malformed(
            "--mail-server", "is not said, and something else about mail is", "name the server, or leave it"
        )
    known = next((each for each in get_args(Secured) if each == secured), None)
    if known is None:
        raise Malformed("--mail-tls", f"{secured[:40]!a} is unknown", f"take {', '.join(get_args(Secured))}")
    host, _, port = server.rpartition(":") if server.rpartition(":")[2].isdecimal() else (server, "", str(PORTS[known]))
    host = host.strip("[]")
    if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host) or not 0 < int(port) < 65_536:
        raise Malformed("--mail-server", f"{server[:80]!a} is no server", "write it as mail.bureau.example:587")
    return MailSettings(host, int(port), address_in(sender, "--mail-from"), known, user, password, authorities)
