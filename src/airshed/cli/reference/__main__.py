"""`python -m airshed.cli.reference docs/reference` writes the reference pages, and the names that the law is told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from airshed.cli.reference.client import PLACE, module
from airshed.cli.reference.write import NAMES, command_names, written

if NAMES.read_text("utf-8") != command_names():
    NAMES.write_text(command_names(), "utf-8")
    print(f"wrote {NAMES.name}")
    # the pages are written under the law, which was read with the names of before
    os.execv(sys.executable, [sys.executable, "-m", "airshed.cli.reference", *sys.argv[1:]])
if not PLACE.exists() or PLACE.read_text("utf-8") != module():
    PLACE.write_text(module(), "utf-8")
    print(f"wrote {PLACE.name} of the client")
for changed in written(Path(sys.argv[1])):
    print(f"wrote {changed}")
