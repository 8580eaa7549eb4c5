"""The time of HJ 212: its devices, and the host that hears them, keep that of Beijing."""

from __future__ import annotations

from typing import Final

from airshed.model.civil import civil

#: DataTime, QN and the day on which a frame came (HJ 212-2017, 6.4).
BEIJING: Final = civil("Asia/Shanghai")
