"""The rollback table: every combination of what was reached, and the promise that data is never given up by itself."""

from itertools import product

import pytest

from release_tools.deploy.rollback import Migrated, Reached, Way, decide

POLICIES = ("auto", "code-only", "never")
EVERY = [
    Reached(migrated=m, written=w, old_code_proven=c, fallback_verified=b, policy=p)  # type: ignore[arg-type]
    for m, w, c, b, p in product(Migrated, (False, True), (False, True), (False, True), POLICIES)
]


@pytest.mark.parametrize("reached", EVERY)
def test_the_table_decides_everything_and_loses_nothing(reached: Reached) -> None:
    """Data goes back only when nobody could write, a fallback point is verified, and the policy is `auto`."""
    decision = decide(reached)
    if decision.way is Way.DATA:
        assert not reached.written
        assert reached.fallback_verified
        assert reached.policy == "auto"
        assert reached.migrated is not Migrated.NONE
    if decision.way is Way.CODE:
        assert reached.migrated is Migrated.NONE or reached.old_code_proven
        assert reached.migrated is not Migrated.PARTIAL
        assert reached.policy != "never"
    if reached.policy == "never":
        assert decision.way is Way.HOLD
    assert decision.why


def test_the_rows() -> None:
    """One example of each row."""

    def row(migrated: Migrated, *, w: bool = False, c: bool = False, b: bool = True) -> str:
        reached = Reached(migrated=migrated, written=w, old_code_proven=c, fallback_verified=b)
        return decide(reached).row

    assert row(Migrated.NONE) == "R0"
    assert row(Migrated.NONE, w=True) == "R0"
    assert row(Migrated.ALL, w=True, c=True) == "R1"
    assert row(Migrated.PREFIX, c=True) == "R1"
    assert row(Migrated.ALL) == "R2"
    assert row(Migrated.PARTIAL, c=True) == "R2"
    assert row(Migrated.ALL, w=True) == "R4"
    assert row(Migrated.ALL, b=False) == "R5"
