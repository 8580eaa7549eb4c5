"""`python -m airshed.cli.reference docs/reference` writes the reference pages."""

from __future__ import annotations

import sys
from pathlib import Path

from airshed.cli.reference.write import written

for changed in written(Path(sys.argv[1])):
    print(f"wrote {changed}")
