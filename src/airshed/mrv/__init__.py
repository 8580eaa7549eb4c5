"""Monitoring, reporting, verification: from frames to hours to annual mass."""
