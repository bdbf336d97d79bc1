"""The environment file as it is read: our linter and the library that reads it agree on what is beyond doubt."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from release_tools.adapters.environment_file import load_lines, load_variables
from release_tools.errors import ConfigError

PIECES = (
    *("A", "B_1", "=", "=", "\n", "\n", "'", '"', " ", "\t", "#", "$", "\\", "x", "é", "export ", "\r", "\n# c\n"),
    *("A=", "B=x\n", "='y z'\n", '="', "\x0b", "\u2028", "\xa0", "\ufeff", "\0", "\\'", "\\\\", "1"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
@example("A='x\\\\'\nB=1")
@example("A='a\\'\nB=1'\n")
@example("A=#x")
@example("A= # x")
@example("A=x\u2028B=1")
def test_a_file_without_faults_is_read_alike(text: str) -> None:
    """Where the linter finds nothing, both see the same names in the same order, empty or not."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "env"
        path.write_bytes(text.encode())
        lines, variables = load_lines(path), load_variables(path)
    if not lines.faults:
        assert list(variables) == list(dict.fromkeys(line.name for line in lines.lines))
        assert {name: not value for name, value in variables.items()} == {one.name: one.empty for one in lines.lines}


@given(
    st.dictionaries(
        st.from_regex("[A-Z][A-Z0-9_]{0,5}", fullmatch=True),
        st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="'\\")),
    )
)
def test_a_value_in_single_quotes_arrives_as_it_is(values: dict[str, str]) -> None:
    """There is one way to write nearly everything, and it has no faults."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "env"
        path.write_text("".join(f"{name}='{value}'\n" for name, value in values.items()))
        assert load_lines(path).faults == ()
        assert load_variables(path) == values


def test_bytes_that_are_no_text_are_not_shown(tmp_path: Path) -> None:
    """The error says the line alone, and so does what is printed of its cause."""
    (tmp_path / "env").write_bytes(b"A=1\nB=hunter2\xff\n")
    with pytest.raises(ConfigError, match="line 2 is not UTF-8") as caught:
        load_variables(tmp_path / "env")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
