"""Dates of releases: the day on which one is made, and the one that a changelog says.

No clock is read here.
"""

from datetime import datetime, timedelta, timezone

from release_tools.domain.changelog.section import read_sections
from release_tools.domain.refs import Signature
from release_tools.domain.version import Version


def release_date(who: Signature) -> str:
    """Return the day of a signature in its own time zone, as YYYY-MM-DD."""
    sign = -1 if who.offset.startswith("-") else 1
    zone = timezone(sign * timedelta(hours=int(who.offset[-4:-2]), minutes=int(who.offset[-2:])))
    return datetime.fromtimestamp(who.epoch, zone).date().isoformat()


def written_date(changelog: str, version: Version) -> str:
    """Return the date in the heading of a version's section, empty when there is none."""
    starts = (section.start for section in read_sections(changelog) if section.version == version)
    heading = changelog[start:].partition("\n")[0] if (start := next(starts, None)) is not None else ""
    date = heading.rpartition(" - ")[2].strip()
    return date if len(date) == len("2026-01-01") and date.replace("-", "").isdecimal() else ""
