"""The key by which a service signs the papers that it hands out, and its certificate, which it vouches for itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

#: It does not end: RFC 5280, 4.1.2.5.
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
#: Signing of documents, RFC 9336; beside it that of letters, by which older readers judge.
DOCUMENTS = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
#: Letters that the name of a certificate holds.
LONGEST_NAME = 64


class StatementSeal(NamedTuple):
    """A private key, and the certificate that tells whose it is."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as readers of PDF and `openssl x509 -fingerprint -sha256` show it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def public(self) -> str:
        """The certificate, which anybody may have."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def text(self) -> str:
        """Key and certificate, to be kept where nobody else reads."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() + self.public

    def sign(self, content: bytes) -> bytes:
        """A detached signature of a content (CMS, RFC 5652) with the certificate in it."""
        made = PKCS7SignatureBuilder().set_data(content).add_signer(self.certificate, self.key, hashes.SHA256())
        return made.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


def new(name: str, now_ms: int) -> StatementSeal:
    """A new key for a service of that name."""
    key = generate_private_key(SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_NAME])])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    usage |= dict.fromkeys(("encipher_only", "decipher_only"), False)
    certificate = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(now_ms // 1000, UTC))
        .not_valid_after(NO_END)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENTS, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return StatementSeal(key, certificate)


def read(text: str) -> StatementSeal:
    """What `Seal.text` wrote."""
    raw = text.encode()
    key = load_pem_private_key(raw, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return StatementSeal(key, x509.load_pem_x509_certificate(raw))
