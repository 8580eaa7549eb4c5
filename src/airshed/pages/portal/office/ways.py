"""The paths of these rooms."""

from __future__ import annotations

from airshed.pages.portal.office import allocation, reports
from airshed.service.http.ways import Way

OFFICE = (
    Way("/allocation", "GET", allocation.allocation, "allocation", "portal"),
    Way("/allocation", "POST", allocation.try_allocation, "try_allocation", "portal"),
    Way("/report", "GET", reports.reports, "reports", "portal", "anybody"),
    Way("/report/{year}", "GET", reports.report, "report_page", "portal", "anybody"),
)
