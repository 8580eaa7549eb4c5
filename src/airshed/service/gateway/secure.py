"""TLS for devices: what a line says is not read on the way, and who speaks shows a certificate."""

from __future__ import annotations

import ssl
from pathlib import Path

from airshed.model.refusal import Malformed


class Secure:
    """The port on which TLS is spoken, with the certificate of the gateway and those of devices that it knows."""

    def __init__(self, port: int, certificate: Path, private_key: Path, devices: Path | None = None) -> None:
        self.port = port
        self._certificate, self._private_key, self._devices = certificate, private_key, devices
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        if devices is not None:
            self.context.verify_mode = ssl.CERT_OPTIONAL
            # A device's own certificate may be known, and not only that of who issued it.
            self.context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        self.read_again()

    def read_again(self) -> None:
        """Take up files that were renewed, for the connections that come; `Malformed` if they cannot be used."""
        try:
            self.context.load_cert_chain(self._certificate, self._private_key)
        except OSError as error:
            what = f"cannot be used with its key ({error.strerror or error})"
            raise Malformed(f"--certificate {self._certificate}", what, "give both as PEM, of one key") from None
        if self._devices is None:
            return
        try:
            self.context.load_verify_locations(self._devices)
        except OSError as error:
            what = f"holds no certificates ({error.strerror or error})"
            raise Malformed(f"--device-certificates {self._devices}", what, "put them there as PEM") from None
