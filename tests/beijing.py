"""The time of Beijing, which the laws of these tests keep unless they say another."""

from __future__ import annotations

from airshed.model.civil import civil

TIME = civil("Asia/Shanghai")
BEIJING = TIME.zone
instant, day_of, day_end, days_after = TIME.instant, TIME.day_of, TIME.day_end, TIME.days_after
clock, hour_of, hour_instant, instant_in = TIME.clock, TIME.hour_of, TIME.hour_instant, TIME.instant_in
