"""How a book is served: where it listens, what stands beside it, and what is not safe together."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.service.book.places import in_database
from airshed.service.http.limits import ServiceLimits
from airshed.service.mail.settings import MailSettings
from airshed.service.run.studies import Studies
from airshed.service.sign_in.provider_settings import ProviderSettings

#: Hosts of which every address of the machine is heard, and that nobody can be sent to.
EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class Serving:
    """How a book is served."""

    book: Path | str
    host: str = "127.0.0.1"
    port: int = 8080
    #: The instant at which a rehearsal begins, in milliseconds; None for that of the machine.
    at: int | None = None
    #: Names by which it is called, beside the address that it listens on.
    names: tuple[str, ...] = ()
    #: Files of a TLS certificate and its key.
    certificate: Path | None = None
    private_key: Path | None = None
    #: A proxy stands before it, which ends TLS and names the address of who asks.
    proxied: bool = False
    #: A real programme has rested for long: the clock is right.
    sure: bool = False
    #: Another process may write the book: this one reads until that is gone, and then takes over.
    standby: bool = False
    #: Where the book is read from, as from a replica of its database; None for where it is written.
    read_from: str | None = None
    #: Anybody signs in as anybody, without a password; of a simulation only, and kept nowhere.
    demo_users: bool = False
    limits: ServiceLimits = field(default_factory=ServiceLimits)
    #: The provider of single sign-on, where there is one.
    provider: ProviderSettings | None = None
    #: The folder in which the signed head of the book is published, where there is one.
    published: Path | None = None
    #: By which server notices go as mail; none goes where it is left out.
    mail: MailSettings | None = None
    #: The folder of studies that run in the background; None for the one beside the file of the book.
    lab: Path | None = None


def hours_beside(book: Path | str) -> Path | None:
    """The folder of hours that a monitoring host left beside the file of a book; None where there is none."""
    file = Path(book)
    folder = file.with_name("hours")
    return folder if file.is_file() and folder.is_dir() else None


def studies_of(serving: Serving) -> Studies | None:
    """Where studies lie: in the folder that is named, or beside the file of the book; else there are none."""
    if serving.lab is not None:
        return Studies(serving.lab)
    if in_database(serving.book):
        return None
    file = Path(serving.book)
    return Studies(file.with_name(f"{file.name}-lab"))


def check_safe(serving: Serving) -> None:
    """Passwords do not go over a network in the clear, nor letters out that lead nowhere."""
    if serving.certificate is not None and serving.private_key is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                serving.certificate, serving.private_key
            )
        except OSError as error:
            what = f"cannot be used with its key ({error.strerror or error})"
            raise Malformed(f"--certificate {serving.certificate}", what, "give both as PEM, of one key") from None
    local = serving.host in ("127.0.0.1", "::1", "localhost")
    if (serving.certificate is None) != (serving.private_key is None):
        raise Malformed("--certificate", "goes with --private-key", "give both")
    if not local and serving.certificate is None and not serving.proxied:
        what = f"{serving.host} is reached from other machines, and passwords would travel in the clear"
        raise Malformed("--host", what, "give --certificate and --private-key, or --behind-proxy where one ends TLS")
    if serving.mail is not None and not serving.names and serving.host in EVERYWHERE:
        what = f"letters would lead to {serving.host}, where nobody finds it"
        raise Malformed("--mail-server", what, "say by which --name people call the service")
