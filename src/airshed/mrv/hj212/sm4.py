"""The encryption of HJ 212-2025: SM4 in ECB over the whole blocks of a frame's content; the rest stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from airshed.mrv.hj212.head import OPENING

BLOCK = 16
"""Bytes of a block and of a key."""

ENCRYPTED = re.compile(r"2[0-9]{3}|1014|3020")
"""Commands whose content shall be encrypted on a public network: 2000 to 2999, 1014 and 3020 (HJ 212-2025)."""
_COMMAND = re.compile(r"[0-9]{4}")

_HEAD = 6  # '##' and four digits
_TAIL = 6  # '&&' and the CRC


def shall_encrypt(cn: str) -> bool:
    """Whether the content of a command shall be encrypted; so shall all that is no command of four digits.

    >>> [shall_encrypt(cn) for cn in ("2061", "9014", "02061", "")]
    [True, False, True, True]
    """
    return not _COMMAND.fullmatch(cn) or ENCRYPTED.fullmatch(cn) is not None


def encrypt(content: bytes, key: bytes) -> bytes:
    """Content with its whole 16-byte blocks encrypted; the last `len % 16` bytes stay plain, the length the same.

    >>> encrypt(b"PolId=w01018;a=1", bytes(16)).hex(), encrypt(b"short", bytes(16))
    ('ec5f443bb1760c2a8020f58c50eda143', b'short')
    """
    return _blocks(content, lambda blocks: _through(blocks, key, decrypting=False))


def decrypt(content: bytes, key: bytes) -> bytes:
    """What `encrypt` was given. ECB proves nothing: a wrong key gives other bytes, not an error."""
    return _blocks(content, lambda blocks: _through(blocks, key, decrypting=True))


def encrypted_frame(raw: bytes, key: bytes) -> bytes:
    """A frame of plain text, from `##` to the CRC and perhaps a line end, as it goes over the wire.

    Only the text between `CP=&&` and the closing `&&` changes. Length and CRC stay those of the plain segment.
    """
    return _frame(raw, key, encrypt)


def decrypted_frame(raw: bytes, key: bytes) -> bytes:
    """A frame from the wire as plain text; it is for `decode` to say whether its CRC holds then.

    Bytes that have no content to find are returned as they are.
    """
    return _frame(raw, key, decrypt)


def _frame(raw: bytes, key: bytes, change: Callable[[bytes, bytes], bytes]) -> bytes:
    digits = raw[2:_HEAD]
    opening = OPENING.search(raw)
    if opening is None or not raw.startswith(b"##") or not digits.isdigit():
        return raw
    # The end comes from the length: encrypted bytes may look like '&&' or like a line end.
    first, last = opening.end(), _HEAD + int(digits) - 2
    if last < first or last + _TAIL > len(raw):
        return raw
    return raw[:first] + change(raw[first:last], key) + raw[last:]


def _blocks(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    whole = len(content) - len(content) % BLOCK
    return change(content[:whole]) + content[whole:] if whole else content


def _through(blocks: bytes, key: bytes, *, decrypting: bool) -> bytes:
    assert len(key) == BLOCK, "a key of SM4 has 16 bytes"
    cipher = Cipher(SM4(key), modes.ECB())
    step = cipher.decryptor() if decrypting else cipher.encryptor()
    return step.update(blocks) + step.finalize()
