"""Many open feeds on real sockets; `make feeds` opens ten thousand."""

from __future__ import annotations

from pathlib import Path

from many_feeds import watched


def test_many_feeds_hear_one_record_and_are_all_let_go(tmp_path: Path) -> None:
    told = watched(tmp_path, 200)
    assert told.left == 0
    assert told.with_mib - told.before_mib < 100
