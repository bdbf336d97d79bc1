"""The branch check in sh, held against the Python door on names that are nearly right."""

import subprocess

import pytest
from hook_world import shell_command
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from release_tools.config.bake import hook_rules
from release_tools.config.model import Config
from release_tools.hooks.branch_door import allows
from release_tools.hooks.branch_fast_path import branch_fast_path, render_branch_bake

RULES = hook_rules(Config(), name="")
PREFIXES = ("", "feature/", "release/v", "upgrade/v", "it's/", "t")
# Mostly what fits, so that a name with one fault is the usual one.
SLUG_PIECES = ("a", "Z", "9", "a", "-", "_", ".", "/", "..", ".lock", "x")
NUMBERS = ("0", "1", "20", "1", "01", "", "1-rc")
JUNK = (
    "ü",
    "é\\",
    "'",
    '"',
    "$(x)",
    "`x`",
    "*",
    "[a]",
    " ",
    "\t",
    "\udcff",
    "{slug}",
    "main",
    "feature/",
    "w|p",
    "/w|p",
    ".x",
)


def _names() -> st.SearchStrategy[str]:
    slugs = st.builds("".join, st.lists(st.sampled_from(SLUG_PIECES), max_size=5))
    versions = st.builds(".".join, st.lists(st.sampled_from(NUMBERS), min_size=2, max_size=4))
    junk = st.builds("".join, st.lists(st.sampled_from(SLUG_PIECES + JUNK), max_size=4))
    tails = st.sampled_from(("", "", "/w|p", ".x"))
    return st.builds("{}{}{}".format, st.sampled_from(PREFIXES), slugs | versions | junk, tails)


def _accepted_by_shell(shell: tuple[str, ...], bake: str, names: list[str]) -> list[bool]:
    script = f"rt_git_dir=/nowhere rt_rules=/nowhere\n{branch_fast_path()}{bake}"
    script += 'while IFS= read -r rt_name; do rt_branch "$rt_name" && echo yes || echo no; done\n'
    fed = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
    done = subprocess.run((*shell, "-c", script), input=fed, check=True, capture_output=True)
    assert not done.stderr, done.stderr
    return [answer == b"yes" for answer in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_shell_agrees_with_python(shell: str, locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For any name, sh accepts exactly what the Python door accepts."""
    command = shell_command(shell)
    monkeypatch.setenv("LC_ALL", locale)
    patterns = (*RULES.patterns, ("odd", "it's/{slug}/w|p"), ("tail", "t{version}.x"))
    bake = render_branch_bake("main", "develop", ("gh-pages", "it's"), patterns)
    rules = hook_rules(Config(), name="")
    rules.patterns, rules.direct = patterns, ("gh-pages", "it's")

    # Without shrinking: every example is a shell with a batch of names, and the assertion shows those that differ.
    @settings(max_examples=5, deadline=None, phases=(Phase.generate,))
    @given(st.lists(_names(), min_size=150, max_size=150))
    def agree(names: list[str]) -> None:
        names = [*names, "main", "gh-pages", "it's", "it's/a-b/w|p", "t1.2.3.x", "feature/a", "release/v1.2.3"]
        expected = [allows(name.encode("utf-8", "surrogateescape"), rules) for name in names]
        answers = _accepted_by_shell(command, bake, names)
        assert [name for name, *verdicts in zip(names, answers, expected, strict=True) if len(set(verdicts)) > 1] == []
        assert any(expected) and not all(expected)

    agree()
