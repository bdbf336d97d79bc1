"""The port to a forge names things as no forge does, so that a second adapter needs no word of the first."""

import ast
import re
from collections.abc import Iterator

import pytest
from source_tree import PACKAGE, Module, modules

FOREIGN = re.compile(
    r"git_?hub|git_?lab|gitea|forgejo|octokit|pull|merge_?request_?iid|workflow|dispatch|check_?(run|suite)|ruleset"
    r"|draft_?release|make_?latest|prerelease|display_?title|payload|mergeable",
    re.IGNORECASE,
)
"""Words of one forge or another."""
ADDRESSES = f"{PACKAGE}.domain.forge.place"
"""What tells forges apart by their addresses and tokens must name them."""
PORT = [
    module
    for module in modules()
    if module.name == f"{PACKAGE}.ports.forge"
    or (module.name.startswith(f"{PACKAGE}.domain.forge.") and module.name != ADDRESSES)
]
STEPS = [module for module in modules() if module.name.startswith((f"{PACKAGE}.release.", f"{PACKAGE}.deploy."))]


def names_of(module: Module) -> Iterator[tuple[int, str]]:
    """Yield every name that a module gives to something, or uses, with its line."""
    for node in ast.walk(module.tree):
        for key in ("name", "id", "attr", "arg"):
            found = getattr(node, key, None)
            if isinstance(found, str):
                yield getattr(node, "lineno", 1), found


@pytest.mark.parametrize("module", PORT, ids=lambda module: module.name)
def test_the_port_has_no_word_of_one_forge(module: Module) -> None:
    """Neither in methods nor in values; the sentences for persons may say what they know it by."""
    wrong = [f"{module.at(line)}: {name}" for line, name in names_of(module) if FOREIGN.search(name)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", STEPS, ids=lambda module: module.name)
def test_whoever_uses_the_port_names_no_forge(module: Module) -> None:
    """Flows, steps and deploys work with any adapter."""
    brand = re.compile(r"git_?hub|git_?lab|gitea|forgejo", re.IGNORECASE)
    wrong = [f"{module.at(line)}: {name}" for line, name in names_of(module) if brand.search(name)]
    assert not wrong, "\n".join(wrong)


def test_the_rules_look_at_something() -> None:
    """There are modules to look at, and an adapter would not pass."""
    assert len(PORT) > 7
    assert len(STEPS) > 100
    adapter = next(module for module in modules() if module.name == f"{PACKAGE}.adapters.github_pipelines")
    assert any(FOREIGN.search(name) for _, name in names_of(adapter))
