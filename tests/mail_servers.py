"""A mail server for tests: it speaks SMTP on a port of this machine, keeps what it takes, refuses whom it is told."""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast


@dataclass
class MailServer:
    """What it is told to do, and what it has taken."""

    port: int = 0
    #: As whom one signs in, once that is asked for.
    user: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    #: What is answered to RCPT, by address.
    answers: dict[str, str] = field(default_factory=dict)
    #: Addresses of which it says nothing until it is told to, and whether one was asked for.
    silent: dict[str, threading.Event] = field(default_factory=dict)
    thinks: threading.Event = field(default_factory=threading.Event)
    #: What is answered to MAIL.
    sender: str = "250 ok"
    letters: list[EmailMessage] = field(default_factory=list)
    #: Sentences that came, without what a sign-in said.
    heard: list[str] = field(default_factory=list)
    #: Whether each letter came over TLS.
    secured: list[bool] = field(default_factory=list)

    def text_to(self, address: str) -> str:
        """The last letter to an address."""
        found = [letter for letter in self.letters if letter["To"] == address]
        return str(found[-1].get_content()).replace("\r\n", "\n") if found else ""


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            self.talk()
        finally:
            self.rfile.close()
            self.connection.close()

    def talk(self) -> None:
        its = cast(Any, self.server).its
        self.signed = not its.user
        self.tell("220 mail.test ESMTP")
        with suppress(OSError):
            while line := self.rfile.readline(2_000):
                words = line.decode().rstrip("\r\n")
                verb = words.split(" ")[0].split(":")[0].upper()
                its.heard.append(verb + words[len(verb) :] if verb != "AUTH" else "AUTH")
                if verb == "QUIT":
                    self.tell("221 bye")
                    return
                if verb == "DATA" and not self.taken(its):
                    return
                if verb != "DATA":
                    self.answered(its, verb, words)

    def answered(self, its: MailServer, verb: str, words: str) -> None:
        if verb == "EHLO":
            offers = [
                "250-mail.test",
                *(["250-STARTTLS"] if its.tls else []),
                *(["250-AUTH PLAIN"] if its.user else []),
            ]
            self.tell("\r\n".join([*offers, "250 8BITMIME"]))
        elif verb == "STARTTLS" and its.tls is not None:
            self.tell("220 go")
            self.rfile.close()
            self.connection = its.tls.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
        elif verb == "AUTH":
            said = base64.b64decode(words.split(" ")[2]).decode().split("\0")[1:]
            self.signed = said == [its.user, its.password]
            self.tell("235 welcome" if self.signed else f"535 {its.user} has another password")
        elif verb == "MAIL":
            self.tell(its.sender if self.signed else "530 sign in first")
        elif verb == "RCPT":
            address = words.partition("<")[2].partition(">")[0]
            if address in its.silent:
                its.thinks.set()
                its.silent[address].wait()
            self.tell(its.answers.get(address, "250 ok"))
        else:
            self.tell("250 ok")

    def taken(self, its: MailServer) -> bool:
        self.tell("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b"..") else line)
        its.letters.append(message_from_bytes(b"".join(lines), policy=default))
        its.secured.append(isinstance(self.connection, ssl.SSLSocket))
        self.tell("250 taken")
        return True

    def tell(self, text: str) -> None:
        self.connection.sendall(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, its: MailServer, *, at_once: bool) -> None:
        super().__init__(("127.0.0.1", its.port), _Talk)
        self.its, self._at_once = its, at_once

    def get_request(self) -> tuple[socket.socket, Any]:
        found, address = super().get_request()
        if self._at_once:
            assert self.its.tls is not None
            found = self.its.tls.wrap_socket(found, server_side=True)
        return found, address

    def handle_error(self, request: Any, address: Any) -> None:
        """A client that goes away is no matter."""


@contextmanager
def mail_server(its: MailServer | None = None, *, at_once: bool = False) -> Iterator[MailServer]:
    """A server that listens until the end; `at_once` for TLS from the first byte."""
    its = its or MailServer()
    with _Server(its, at_once=at_once) as server:
        its.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield its
        finally:
            for each in its.silent.values():
                each.set()
            server.shutdown()
            thread.join(10)
