"""A private key is a file that its owner alone may read; it goes nowhere else."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.registry.proof.notes import Signer, Signs, Verifier, name_of, read_signer, read_verifier

#: What is longer is no key.
LONGEST = 4_096


def make_key(path: Path, name: str, signs: Signs) -> Verifier:
    """A new key in a new file with the rights 0600; what may be told of it."""
    signer = Signer(name_of(name, "--name"), signs, secrets.token_bytes(32))
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        cure = "choose another file; a key that is written over can sign nothing any more"
        raise Malformed(str(path), "exists already", cure) from None
    with os.fdopen(file, "w") as out:
        out.write(signer.file())
    return signer.verifier


def read_key(path: Path) -> Signer:
    """The key of a file, which nobody but its owner may read or write; else `Malformed`."""
    with path.open(encoding="utf-8", errors="replace") as file:
        rights = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if rights & (stat.S_IRWXG | stat.S_IRWXO):
            what = f"holds a private key and has the rights {rights:04o}"
            raise Malformed(str(path), what, f"chmod 600 {path}, and think of who may have read it")
        return read_signer(file.read(LONGEST), str(path))


@contextmanager
def signing(path: Path) -> Iterator[Signer]:
    """The key for a deed that must not run twice at once: whoever signs what follows from what was signed last."""
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield read_key(path)


def verifiers_of(words: list[str]) -> list[Verifier]:
    """Verifier keys as they stand in the words, or in files of that name."""
    return [_verifier(word) for word in words]


def _verifier(word: str) -> Verifier:
    path = Path(word)
    if "+" not in word and path.is_file():
        return read_verifier(path.read_text(encoding="utf-8", errors="replace")[:LONGEST], word)
    return read_verifier(word, "--key")
