"""Which names and words the code may hold, and which it must."""

import ast
import re
from collections.abc import Iterator

import pytest
from source_tree import PACKAGE, TOP, Function, Module, modules

HOMELESS = frozenset(("utils", "util", "helpers", "helper", "common", "base", "manager", "misc"))
VAGUE = re.compile(r"_?(handle|process|do)(_|$)")
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
TEXTS = ("release_tools", "tests", "hooks", "docs", "benchmarks", "templates", ".ci", ".github", "examples")
DRY = "dry" + "_run"
ALIKE = f"{PACKAGE}.cli.commands."  # one command each; the package says what belongs into all of them
EVERY = pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)


@EVERY
def test_a_module_is_named_by_a_noun(module: Module) -> None:
    """A function without a home misses a noun; it does not get a drawer."""
    assert HOMELESS.isdisjoint(module.name.split(".")), f"{module.name}: name the noun it is about"


@EVERY
def test_a_function_says_what_it_does(module: Module) -> None:
    """Verbs come from the fixed list: parse, lint, observe, guard, plan, probe, apply, render, load."""
    wrong = [f"{module.at(node.lineno)}: {node.name}" for node in module.functions() if VAGUE.match(node.name)]
    assert not wrong, "\n".join(wrong)


@EVERY
def test_a_module_explains_itself(module: Module) -> None:
    """The first line of the docstring explains the noun, another one says what must not be there."""
    text = ast.get_docstring(module.tree)
    assert text, f"{module.at(1)}: add a docstring"
    first = text.splitlines()[0]
    assert first.endswith((".", "?", ":")), f"{module.at(1)}: the first line is not a whole sentence: {first!r}"
    if not module.path.name.startswith("__") and not module.name.startswith(ALIKE):
        assert len(text.split("\n\n")) > 1, f"{module.at(1)}: say in a second paragraph what must not be there"


@EVERY
def test_a_public_name_is_documented(module: Module) -> None:
    """Whoever calls it need not read its body."""
    wrong = [
        f"{module.at(node.lineno)}: {node.name} has no docstring"
        for node in public_nodes(module.tree)
        if not ast.get_docstring(node)
    ]
    assert not wrong, "\n".join(wrong)


@EVERY
def test_a_dry_run_is_a_matter_of_the_command_line(module: Module) -> None:
    """Below the command line a dry run is a plan that nobody runs; no function is told about it."""
    if module.name.startswith(f"{PACKAGE}.cli"):
        return
    assert DRY not in module.text, f"{module.name}: hand the plan back to the command line instead"


@EVERY
def test_a_class_of_values_is_a_record(module: Module) -> None:
    """Records are frozen, slotted, keyword-only, and quick to define; the library's own decorator is used for none."""
    wrong = [
        f"{module.at(node.lineno)}: {node.name} is no record"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and module.name != f"{PACKAGE}.record"
        and any(ast.unparse(decorator).startswith("dataclass") for decorator in node.decorator_list)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_left_for_later() -> None:
    """A note about unfinished work belongs in an issue."""
    files = (path for name in TEXTS for path in sorted((TOP / name).rglob("*")) if path.is_file())
    wrong = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}"
        for path in files
        if path.suffix not in (".pyc", ".jsonl")
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def public_nodes(tree: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Yield the public classes, functions and methods below a module or class."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_nodes(node)
