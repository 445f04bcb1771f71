"""Days as people in the district count them. Not here: office hours and holidays (they come with the clocks)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


def local_day(moment: datetime) -> date:
    """The calendar day of an aware ``moment`` in the district's zone."""
    return moment.astimezone(LOCAL_ZONE).date()
