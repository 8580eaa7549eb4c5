"""Begins a zone of one's own: the tables with an example row each, and what every zone may name."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from airshed.model.refusal import Malformed

#: What a new zone has from a shipped one as it stands.
NAMED = ("pollutants.csv", "products.csv", "sectors.csv", "profiles.csv", "fuels.csv")


def begin(folder: Path, library: Path, currency: str = "CNY") -> tuple[str, ...]:
    """Write the skeleton of a zone to a new folder, and say which files it has.

    Gases, products, sectors and profiles are those of the zone in `library`; costs are in a currency.
    `Malformed` where the folder is there.
    """
    try:
        with as_file(files("airshed.zone").joinpath("skeleton")) as skeleton:
            shutil.copytree(skeleton, folder)
        for name in NAMED:
            shutil.copyfile(library / name, folder / name)
        head = (folder / "zone.toml").read_text("utf-8")
        (folder / "zone.toml").write_text(head.replace('currency = "CNY"', f'currency = "{currency}"'), "utf-8")
    except FileExistsError:
        raise Malformed(str(folder), "is there already", "name a new folder") from None
    except OSError as error:
        raise Malformed(str(folder), f"cannot be written ({error.strerror})", "name a folder that can") from None
    return tuple(sorted(path.name for path in folder.iterdir()))
