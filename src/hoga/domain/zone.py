"""The market's time zone.

Korea has had no daylight saving since 1988, so Asia/Seoul is a fixed UTC+09:00 for every date that Hoga
handles, and needs no zone database (Windows ships none).
"""

from datetime import timedelta, timezone

KST = timezone(timedelta(hours=9), "KST")
"""Korea Standard Time, the zone of every instant in Hoga."""
