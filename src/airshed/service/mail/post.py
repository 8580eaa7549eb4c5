"""Letters handed to a server: several over one connection, in a thread of their own, and what became of each.

Whether one is tried again is for who sends it to say. Nothing that a server says is kept but its number: the sentence
may hold an address, and after a sign-in more than that.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from enum import StrEnum
from threading import Lock
from typing import NamedTuple

from airshed.model.refusal import Malformed
from airshed.service.mail.settings import MailSettings

#: Seconds in which a server answers a sentence.
PATIENCE_S = 20.0
#: The number with which a server says that it will never take a letter.
FOR_GOOD = 500
#: What more a server says of a refusal, if it knows more (RFC 3463), and what of that is the fault of an address: there
#: is no such mailbox, no such host, it is no address, has moved, takes no mail at all (RFC 7505), is not read any more.
_ENHANCED = re.compile(rb"5\.\d{1,3}\.\d{1,3}(?=\s|$)")
NO_MAILBOX = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
#: For the log: why a letter that was to go did not.
STOPS = "the service stops"


class Letter(NamedTuple):
    """A letter to one address."""

    to: str
    subject: str
    text: str
    #: When it was written, in milliseconds.
    at: int


class Became(StrEnum):
    """What became of a letter."""

    TAKEN = "taken"
    #: The server may take it later.
    LATER = "later"
    #: The server takes nothing for this address.
    REFUSED = "refused"


class PostAnswer(NamedTuple):
    """What became of a letter, and for the log what was no success."""

    became: Became
    why: str = ""
    #: Whether it was refused for its address and nothing else: there is no such mailbox, or nobody reads it.
    of_address: bool = False


class Post:
    """The server of one service."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        try:
            self._tls = ssl.create_default_context(
                cafile=None if settings.authorities is None else str(settings.authorities)
            )
        except OSError as error:
            what = f"cannot be used ({error.strerror or 'not PEM'})"
            raise Malformed(f"--mail-authorities {settings.authorities}", what, "give certificates as PEM") from None
        #: One for the notices, which follow each other, and one for those who wait for a code before a page.
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="mail")
        self._lock = Lock()
        self._open: set[smtplib.SMTP] = set()
        self._over = False

    async def send(self, letters: Sequence[Letter]) -> list[PostAnswer]:
        """Hand letters over one connection, and what became of each, in their order."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._send, letters)

    def close(self) -> None:
        """No letter is begun any more, and no server is waited for."""
        with self._lock:
            self._over = True
            for server in self._open:
                if server.sock is not None:
                    with suppress(OSError):  # of the plain socket: the thread may be within what TLS reads
                        socket.socket.shutdown(server.sock, socket.SHUT_RDWR)
        self._pool.shutdown(wait=False, cancel_futures=True)

    # --- in the thread

    def _send(self, letters: Sequence[Letter]) -> list[PostAnswer]:
        became: list[PostAnswer] = []
        try:
            with self._connected() as server:
                for letter in letters:
                    if self._over:
                        break
                    became.append(self._sent(server, letter))
            why = STOPS
        except (OSError, smtplib.SMTPException) as error:  # the connection is gone: the rest is for another
            why = STOPS if self._over else trouble_of(error)
        return [*became, *(PostAnswer(Became.LATER, why) for _ in letters[len(became) :])]

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        its = self.settings
        if its.secured == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(its.host, its.port, timeout=PATIENCE_S, context=self._tls)
        else:
            server = smtplib.SMTP(its.host, its.port, timeout=PATIENCE_S)
        with ExitStack() as undo:
            undo.callback(server.close)
            with self._lock:
                if self._over:
                    raise smtplib.SMTPServerDisconnected(STOPS)
                self._open.add(server)
            undo.callback(self._let_go, server)
            if its.secured == "starttls":
                server.starttls(context=self._tls)
            if its.password is not None:
                server.login(its.user, its.password)
            yield server
            if not self._over:
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()

    def _let_go(self, server: smtplib.SMTP) -> None:
        with self._lock:
            self._open.discard(server)

    def _sent(self, server: smtplib.SMTP, letter: Letter) -> PostAnswer:
        try:
            server.send_message(self.written(letter), self.settings.sender, [letter.to])
        except smtplib.SMTPRecipientsRefused as error:
            number, text = next(iter(error.recipients.values()))
            became = Became.REFUSED if number >= FOR_GOOD else Became.LATER
            said = _ENHANCED.match(text)
            code = "" if said is None else said[0].decode()
            why = f"the server says {number} to an address" + (f" ({code})" if code else "")
            return PostAnswer(became, why, of_address=code in NO_MAILBOX)
        except (
            smtplib.SMTPSenderRefused,
            smtplib.SMTPDataError,
        ) as error:  # of us, or of all letters: no fault of whom it is for
            return PostAnswer(Became.LATER, trouble_of(error))
        return PostAnswer(Became.TAKEN)

    def written(self, letter: Letter) -> EmailMessage:
        """A letter as it travels; a program that answers letters leaves it alone (RFC 3834)."""
        found = EmailMessage(policy=SMTP)
        found["From"], found["To"], found["Subject"] = self.settings.sender, letter.to, letter.subject
        found["Date"] = format_datetime(datetime.fromtimestamp(letter.at // 1000, UTC))
        found["Message-ID"] = make_msgid(domain=self.settings.sender.partition("@")[2])
        found["Auto-Submitted"] = "auto-generated"
        found.set_content(letter.text)
        return found


def trouble_of(error: OSError | smtplib.SMTPException) -> str:
    """What went wrong, without a word of what a server said: that may name somebody.

    >>> trouble_of(smtplib.SMTPAuthenticationError(535, b"wang@works.example: no"))
    'the server says 535'
    """
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server says {error.smtp_code}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold ({error.verify_message})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the server knows no STARTTLS, or no sign-in"
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE_S:g} s"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the connection broke off"
