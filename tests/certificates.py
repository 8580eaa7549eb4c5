"""Certificates of TLS for tests, made as they are needed."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Made(NamedTuple):
    """A certificate that vouches for itself, with its key."""

    certificate: Path
    private_key: Path
    #: SHA-256, as `openssl x509 -fingerprint -sha256` has it, without colons.
    digest: str


def made(folder: Path, name: str) -> Made:
    """A certificate for this machine."""
    key = generate_private_key(SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = datetime.now(UTC) - timedelta(days=1)
    local = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    found = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=30))
        .add_extension(local, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private_key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(found.public_bytes(Encoding.PEM))
    private_key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private_key.chmod(0o600)
    return Made(certificate, private_key, found.fingerprint(hashes.SHA256()).hex())


def trusting(host: Made, own: Made | None = None) -> ssl.SSLContext:
    """How somebody connects who trusts a host, and shows a certificate of its own."""
    context = ssl.create_default_context(cafile=host.certificate)
    if own is not None:
        context.load_cert_chain(own.certificate, own.private_key)
    return context
