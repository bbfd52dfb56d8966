"""The day, and the month, in the controller's zone, where pages and figures count them; it need not be the day in UTC."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from adapters.resources import Resources
from domain.regimes import zone_of


def here(resources: Resources, at: datetime | None = None) -> datetime:
    """An instant, or now, on the controller's clock."""
    return (at or datetime.now(UTC)).astimezone(ZoneInfo(zone_of(resources.datamap.controller.country) or "UTC"))


def today(resources: Resources) -> date:
    return here(resources).date()


def this_month(resources: Resources) -> str:
    return f"{here(resources):%Y-%m}"
