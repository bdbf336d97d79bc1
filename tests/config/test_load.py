"""Loading the configuration: where it is found, what a file may hold, and what a person reads when it is wrong."""

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from release_tools.config.load import config_path, fit_config, load_config
from release_tools.config.model import Config, FlowKind, default_flow
from release_tools.config.source import Source
from release_tools.errors import ConfigError

KNOWN = tuple(field.name for field in fields(Config))


def write(top: Path, text: str, name: str = "release-tools.toml") -> Path:
    """Write a configuration file and return its path."""
    path = top / name
    path.write_text(text, encoding="utf-8")
    return path


def fit(text: str) -> Config:
    """Return the configuration that a release-tools.toml of this text makes."""
    return fit_config(Source(path=Path("release-tools.toml"), table="", raw=tomllib.loads(text)))


def refusal(text: str) -> list[str]:
    """Return the findings about a release-tools.toml of this text."""
    with pytest.raises(ConfigError) as caught:
        fit(text)
    return [line.strip() for line in caught.value.failed.splitlines()[1:]]


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """A repository needs no configuration."""
    write(tmp_path, "[tool.other]\nrelease-tools = 1\n", "pyproject.toml")
    assert config_path(tmp_path) is None
    assert load_config(tmp_path) == Config()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("release-tools.toml", "[commits]\nheader_max = 72\n"),
        ("release-tools.toml", "\ufeff[commits]\r\nheader_max = 72\r\n"),
        ("pyproject.toml", "[project]\nname = 'x'\n[tool.release-tools.commits]\nheader_max = 72\n"),
        ("pyproject.toml", '[tool."release-tools".commits]\nheader_max = 72\n'),
    ],
)
def test_either_file_is_found_and_read(tmp_path: Path, name: str, text: str) -> None:
    """Both places mean the same, whatever the editor did to line ends and the first bytes."""
    path = write(tmp_path, text, name)
    assert config_path(tmp_path) == path
    assert load_config(tmp_path).commits.header_max == 72


def test_two_configurations_are_refused_by_both_names(tmp_path: Path) -> None:
    """Nobody has to guess which of them counts."""
    own = write(tmp_path, "")
    shared = write(tmp_path, "[tool.release-tools]\n", "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert caught.value.failed == f"There are two configurations: {own} and [tool.release-tools] in {shared}."
    assert caught.value.exit_code == 2


def test_a_file_that_is_named_wins_over_those_that_lie_there(tmp_path: Path) -> None:
    """`--config` settles even the case of two configurations."""
    write(tmp_path, "")
    write(tmp_path, "[tool.release-tools.version]\ntag_prefix = 'p'\n", "pyproject.toml")
    named = write(tmp_path, "[version]\ntag_prefix = ''\n", "other.toml")
    assert load_config(tmp_path, named).version.tag_prefix == ""
    assert load_config(tmp_path, tmp_path / "pyproject.toml").version.tag_prefix == "p"


def test_a_named_project_file_without_our_table_is_refused(tmp_path: Path) -> None:
    """Silently taking the defaults would ignore what was asked for."""
    named = write(tmp_path, "[project]\nname = 'x'\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"has no table \[tool\.release-tools\]"):
        load_config(tmp_path, named)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[commits\n", "it is not TOML: "),
        (b"[commits]\nheader_max = \n", "(at line 2, column 14)"),
        (b"[commits]\n# caf\xe9\n", "it is not UTF-8 (at line 2, byte 6)"),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_the_place(tmp_path: Path, data: bytes, why: str) -> None:
    """The message leads to the line."""
    path = tmp_path / "release-tools.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert caught.value.failed.startswith(f"{path} cannot be read: ")
    assert why in caught.value.failed


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """A missing file is a finding about the command line, not a bug."""
    with pytest.raises(ConfigError, match="No such file or directory"):
        load_config(tmp_path, tmp_path / "missing.toml")


def test_all_findings_come_at_once_with_their_paths() -> None:
    """One run shows everything that is wrong with keys and types."""
    text = """
        verison = {}
        [branches]
        develop = 3
        types = ["feat"]
        [commits]
        header_max = "100"
        scope_require = []
        machine.merge = "acept"
        [flow.new]
        tags = "yes"
        [[version.files]]
        path = "a.txt"
        kid = "pattern"
        [git]
        read_timeout = 0
    """
    assert sorted(refusal(text)) == [
        "branches.develop: should be a valid string, or should be False (it is 3)",
        "branches.types: unknown key; did you mean 'commits.types'?",
        'commits.header_max: should be a valid integer (it is "100")',
        "commits.machine.merge: should be 'accept', 'check' or 'reject' (it is \"acept\")",
        "commits.scope_require: unknown key; did you mean 'scope_required'?",
        "flow.new.pattern: field required",
        'flow.new.tags: should be a valid boolean (it is "yes")',
        "git.read_timeout: should be greater than 0 (it is 0)",
        "verison: unknown key; did you mean 'version'?",
        "version.files[0].kid: unknown key; did you mean 'kind'? (it is \"pattern\")",
    ]


def test_paths_in_a_project_file_begin_with_our_table(tmp_path: Path) -> None:
    """The path can be found by searching for it in the file."""
    path = write(tmp_path, "[tool.release-tools]\nnothing_like_it = 1\n", "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert caught.value.failed.splitlines() == [
        f"The configuration in {path} has 1 fault:",
        "  tool.release-tools.nothing_like_it: unknown key; known: " + f"{', '.join(KNOWN)} (it is 1)",
    ]


def test_a_row_of_the_flow_table_changes_single_fields() -> None:
    """What the file does not name stays as git-flow has it."""
    flow = fit("[flow.feature]\npattern = 'feat/{slug}'\n").flow
    assert flow == {**default_flow(), "feature": FlowKind(pattern="feat/{slug}")}


def test_a_row_can_be_added_and_taken_out() -> None:
    """A team has the kinds it wants."""
    flow = fit("[flow]\nupgrade = false\ndocs = {pattern = 'docs/{slug}', merge = 'rebase'}\n").flow
    assert sorted(flow) == ["back-merge", "docs", "feature", "fix", "hotfix", "release", "support"]
    assert flow["docs"] == FlowKind(pattern="docs/{slug}", merge="rebase")


def test_a_row_that_does_not_exist_cannot_be_taken_out() -> None:
    """A typo does not leave the row in force unseen."""
    assert refusal("[flow]\nupgrad = false\n") == [
        "flow.upgrad: false takes out a default row, and there is none of this name; did you mean 'upgrade'?"
    ]


def test_on_a_trunk_the_default_rows_use_main() -> None:
    """Without an integration branch nothing starts from it or leads to it."""
    flow = fit("[branches]\ndevelop = false\n").flow
    assert {(kind.base, "develop" in kind.targets) for kind in flow.values()} == {("main", False)}
    assert flow["feature"].targets == ("main",)
    assert flow["hotfix"].targets == ("main", "release")


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from((*KNOWN, "files", "pattern", "feature", "develop", "bump", "types")) | st.text()
TABLES = st.recursive(JSON_LIKE, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@settings(deadline=None)
@given(raw=st.dictionaries(KEYS, TABLES, max_size=4))
def test_any_table_is_accepted_or_refused_with_paths(raw: dict[str, object]) -> None:
    """No value can make the loader crash, and a refusal always names a key."""
    try:
        assert isinstance(fit_config(Source(path=Path("x.toml"), table="", raw=raw)), Config)
    except ConfigError as error:
        assert len(error.failed.splitlines()) > 1
