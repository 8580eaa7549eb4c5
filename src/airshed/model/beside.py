"""Tables of data that lie beside the code as CSV: each file has a head, and a row a thing."""

from __future__ import annotations

import csv
from importlib.resources import files


def rows_beside(package: str, name: str) -> list[dict[str, str]]:
    """The rows of a table of a package, by the names of its columns.

    >>> rows_beside("airshed.registry", "account_types.csv")[0]["kind"]
    'operator'
    """
    text = (files(package) / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines(keepends=True)))
