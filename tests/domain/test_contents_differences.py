"""Two contents are the same only where nothing differs; whatever differs alone is told."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.deploy.database import Contents, SequenceValue, TableCount, contents_differences

NAMES = st.text("abc._", min_size=1, max_size=4)
COUNTS = st.integers(0, 5)
CONTENTS = st.builds(
    Contents,
    schema=st.sampled_from(("a" * 64, "b" * 64)),
    tables=st.dictionaries(NAMES, st.tuples(COUNTS, st.sampled_from(("x", "y"))), max_size=3).map(
        lambda told: tuple(TableCount(name, *rest) for name, rest in sorted(told.items()))
    ),
    sequences=st.dictionaries(NAMES, st.none() | COUNTS, max_size=2).map(
        lambda told: tuple(SequenceValue(*item) for item in sorted(told.items()))
    ),
    roles=st.sets(NAMES, max_size=3).map(lambda names: tuple(sorted(names))),
)


def differ(one: Contents, other: Contents) -> bool:
    """Return whether any difference is told."""
    return any(True for _ in contents_differences(one, other))


@given(CONTENTS)
def test_the_same_contents_do_not_differ(one: Contents) -> None:
    """Nothing is told of two that are equal."""
    assert not differ(one, replace(one))


@given(CONTENTS, CONTENTS)
def test_contents_differ_exactly_where_they_are_not_equal(one: Contents, other: Contents) -> None:
    """In both directions, but for indexes that a dump loses anyway."""
    assert differ(one, other) == (one != other)
    assert differ(other, one) == (one != other)


@given(CONTENTS, st.data())
def test_a_table_without_a_hash_is_compared_by_its_rows(one: Contents, data: st.DataObject) -> None:
    """A hash on one side only tells nothing; a row more still does."""
    bare = replace(one, tables=tuple(table._replace(content="") for table in one.tables))
    assert not differ(one, bare)
    if one.tables:
        at = data.draw(st.integers(0, len(one.tables) - 1))
        changed = [*bare.tables]
        changed[at] = changed[at]._replace(rows=changed[at].rows + 1)
        assert differ(one, replace(one, tables=tuple(changed)))


@given(CONTENTS, NAMES)
def test_a_lost_role_is_told_by_its_name(one: Contents, role: str) -> None:
    """The sentence names it."""
    lost = replace(one, roles=tuple(name for name in one.roles if name != role))
    told = list(contents_differences(replace(lost, roles=(*lost.roles, role)), lost))
    assert told == [f"role {role} is missing"]
