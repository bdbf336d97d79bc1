"""Which backups are kept: days, weeks and months, and what no rule takes away."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.deploy.backup import Generations, Kept, last_verified, prunable

MOMENTS = st.datetimes(datetime(2024, 12, 1), datetime(2026, 2, 1)).map(
    lambda at: at.replace(tzinfo=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
)
COUNTS = st.integers(0, 5)
GENERATIONS = st.builds(Generations, last=COUNTS, daily=COUNTS, weekly=COUNTS, monthly=COUNTS)


@st.composite
def shelves(draw: st.DrawFn) -> tuple[Kept, ...]:
    """Draw backups in any order; two may have been taken in the same second."""
    rows = draw(st.lists(st.tuples(MOMENTS, st.booleans(), st.sampled_from(("", "", "run r1"))), max_size=25))
    made = [
        Kept(f"b{number}", at, at if verified else "", "", 1, protected)
        for number, (at, verified, protected) in enumerate(rows)
    ]
    return tuple(draw(st.permutations(made)))


@given(shelves(), GENERATIONS)
def test_what_must_stay_stays(kept: tuple[Kept, ...], generations: Generations) -> None:
    """Neither the last verified backup nor a protected one is ever pruned, whatever the counts."""
    pruned = set(prunable(kept, generations))
    assert not pruned & {one.backup for one in kept if one.protected}
    verified = sorted((one.taken_at, one.backup) for one in kept if one.verified_at)
    assert last_verified(kept) == (verified[-1][1] if verified else "")
    assert last_verified(kept) not in pruned


@given(shelves(), GENERATIONS)
def test_each_generation_keeps_the_youngest_of_its_periods(kept: tuple[Kept, ...], generations: Generations) -> None:
    """What is kept is what some rule asks for, and nothing else."""
    periods: list[tuple[int, Callable[[date], object]]] = [
        (generations.daily, lambda day: day),
        (generations.weekly, lambda day: day.isocalendar()[:2]),
        (generations.monthly, lambda day: (day.year, day.month)),
    ]
    asked = {one.backup for one in kept if one.protected} | {last_verified(kept)}
    by_age = sorted(((one.taken_at, one.backup) for one in kept), reverse=True)
    asked |= {backup for _, backup in by_age[: generations.last]}
    for count, period in periods:
        youngest: dict[object, tuple[str, str]] = {}
        for one in kept:
            key = period(date.fromisoformat(one.taken_at[:10]))
            youngest[key] = max(youngest.get(key, ("", "")), (one.taken_at, one.backup))
        asked |= {backup for _, backup in sorted(youngest.values(), reverse=True)[:count]}
    assert set(prunable(kept, generations)) == {one.backup for one in kept} - asked


@given(shelves(), GENERATIONS)
def test_pruning_twice_is_pruning_once(kept: tuple[Kept, ...], generations: Generations) -> None:
    """What one pruning left, the next one leaves; the oldest go first."""
    pruned = prunable(kept, generations)
    left = tuple(one for one in kept if one.backup not in pruned)
    assert prunable(left, generations) == ()
    ages = {one.backup: (one.taken_at, one.backup) for one in kept}
    assert [ages[one] for one in pruned] == sorted(ages[one] for one in pruned)


def test_a_month_of_daily_backups_leaves_days_weeks_and_months() -> None:
    """The usual counts on a backup each night."""
    begin = datetime(2026, 1, 1, 3, tzinfo=UTC)
    days = [(begin + timedelta(days=number)).isoformat() for number in range(59)]
    kept = tuple(Kept(at[:10], at, at, "", 1) for at in days)
    left = [one.backup for one in kept if one.backup not in prunable(kept, Generations())]
    assert left == ["2026-01-31", "2026-02-08", "2026-02-15", *(f"2026-02-{day}" for day in range(22, 29))]
