"""`python -m airshed.cli.reference docs/reference` writes the reference pages, and the names that the law is told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from airshed.cli.reference.client import PLACE, module
from airshed.cli.reference.write import NAMES, TABLE_NAMES, command_names, table_names, written

stale = [
    (path, text)
    for path, text in ((NAMES, command_names()), (TABLE_NAMES, table_names()))
    if path.read_text("utf-8") != text
]
for path, text in stale:
    path.write_text(text, "utf-8")
    print(f"wrote {path.name}")
if stale:
    # the pages are written under the law, which was read with the names of before
    os.execv(sys.executable, [sys.executable, "-m", "airshed.cli.reference", *sys.argv[1:]])
if not PLACE.exists() or PLACE.read_text("utf-8") != module():
    PLACE.write_text(module(), "utf-8")
    print(f"wrote {PLACE.name} of the client")
for changed in written(Path(sys.argv[1])):
    print(f"wrote {changed}")
