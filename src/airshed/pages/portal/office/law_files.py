"""The texts of a rulebook that somebody brings, a zip of its folder or the files of it, and the same given back."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from airshed.model.refusal import Malformed
from airshed.rulebook.load import MAIN

#: Files of what is brought, and bytes of them once they are unpacked.
MOST_FILES, MOST_BYTES = 200, 2_000_000
#: How the texts of a rulebook end; whatever else lies in a folder is none of it.
ENDS = (".toml", ".csv")
#: The folder of the variations of places.
VARY = "vary"
#: What `zipfile` raises on a file that is none or was damaged (seen in 850,000 damaged ones): of its own, of what it
#: unpacks with, of a way of packing that it does not know, of a place or a name that cannot be, of a field cut short.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError, IndexError)
#: What packs every zip in the same bytes.
_NO_DATE = (1980, 1, 1, 0, 0, 0)

Brought = Sequence[tuple[str, bytes]]
"""Files with the names that a browser gave them."""


def texts_of(brought: Brought) -> dict[str, bytes]:
    """The texts by their names within the folder of the rulebook; `Malformed` for what holds no rulebook.

    >>> sorted(texts_of([("law/rulebook.toml", b"1"), ("law/caps.csv", b"2"), ("law/notes.docx", b"3")]))
    ['caps.csv', 'rulebook.toml']
    >>> sorted(texts_of([("rulebook.toml", b"1"), ("KM.toml", b"2")]))
    ['rulebook.toml', 'vary/KM.toml']
    """
    if not brought:
        raise Malformed("file", "no file was chosen", "bring the folder of a rulebook as a zip, or its files")
    if len(brought) == 1 and brought[0][1].startswith(b"PK"):
        return _of_folder(_unpacked(*brought[0]))
    if len(brought) > MOST_FILES:
        raise Malformed("files", f"there are more than {MOST_FILES} of them", "bring those of one rulebook")
    found: dict[str, bytes] = {}
    for name, content in brought:
        _put(found, name, content)
    if not any("/" in name for name in found):  # chosen one by one, they come without their folder
        alone = [name for name in found if name.endswith(".toml") and name != MAIN]
        found |= {f"{VARY}/{name}": found.pop(name) for name in alone}
    return _of_folder(found)


def zipped(texts: Mapping[str, bytes], folder: str) -> bytes:
    """The same texts as a zip of a folder, to be changed and brought again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in sorted(texts.items()):
            file.writestr(zipfile.ZipInfo(f"{folder}/{name}", _NO_DATE), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _put(found: dict[str, bytes], name: str, content: bytes) -> None:
    name = _inside(name)
    if name in found:
        raise Malformed(name, "stands there twice", "bring each file once")
    found[name] = content


def _inside(name: str) -> str:
    """A name with its folders, which leads out of none of them."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or not name.isprintable():
        raise Malformed(ascii(name[:100]), "leads out of its folder", "pack the folder itself, or bring its files")
    return str(path)


def _of_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What belongs to the rulebook: the texts beside its main file, and its variations."""
    homes = [path.parent for path in map(PurePosixPath, files) if path.name == MAIN]
    if not homes:
        raise Malformed(MAIN, "is not among what was brought", "bring the folder that holds it")
    if len(homes) > 1:
        raise Malformed(MAIN, f"stands there {len(homes)} times", "bring one rulebook")
    (home,) = homes
    found: dict[str, bytes] = {}
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_relative_to(home) and path.suffix in ENDS and not path.name.startswith("."):
            inner = path.relative_to(home)
            if len(inner.parts) == 1 or (len(inner.parts) == 2 and inner.parts[0] == VARY):
                found[str(inner)] = content
    return found


def _unpacked(name: str, content: bytes) -> dict[str, bytes]:
    """The texts in a zip. How large they are is known before they are read, and never exceeded."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            inside = [each for each in file.infolist() if not each.is_dir()]
            if len(inside) > MOST_FILES:
                raise Malformed(name, f"holds more than {MOST_FILES} files", "pack the folder of one rulebook")
            if sum(each.file_size for each in inside) > MOST_BYTES:
                raise Malformed(name, f"unpacks to more than {MOST_BYTES:,} bytes", "pack the folder of one rulebook")
            for each in inside:
                if stat.S_ISLNK(each.external_attr >> 16):
                    raise Malformed(ascii(each.filename[:100]), "is a link", "put the file itself there")
                if each.flag_bits & 1:
                    raise Malformed(name, "is locked with a password", "pack it without one")
                if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise Malformed(name, "is packed in a way that is not read here", "pack it as an ordinary zip")
                _put(found, each.filename, file.read(each) if each.filename.endswith(ENDS) else b"")
    except Malformed:
        raise
    except _DAMAGED:
        raise Malformed(name, "is no zip that can be read", "pack the folder once more") from None
    return found
