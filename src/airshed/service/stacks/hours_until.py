"""Hours on disk of a year that has come to some day: what follows is not known yet, and no file tells it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from airshed.mrv import states
from airshed.service.stacks.measure import CODEC, CODEC_LEVEL


def keep_until(folder: Path, day: str) -> None:
    """Make every hour from `day` on a missing one, in every file of a folder of hours."""
    import polars as pl

    after = pl.col("hour") >= datetime.fromisoformat(day)
    unknown = {
        "raw_status": states.MISSING,
        "status": states.MISSING,
        "why": states.NO_FRAME,
        "raw_mass_mg": 0,
        "mass_mg": 0,
        "mg_m3": float("nan"),
        "oxygen_percent": float("nan"),
    }
    for path in sorted(folder.glob("*.parquet")):
        frame = pl.read_parquet(path)
        kept = [
            pl.when(after).then(pl.lit(value, frame.schema[name])).otherwise(pl.col(name)).alias(name)
            for name, value in unknown.items()
        ]
        said = {"provenance": pl.read_parquet_metadata(path)["provenance"]}
        part = path.with_suffix(".part")
        frame.with_columns(kept).write_parquet(part, compression=CODEC, compression_level=CODEC_LEVEL, metadata=said)
        part.replace(path)
