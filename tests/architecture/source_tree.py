"""The package as text: its modules, what they import and when, and what they define.

No rule is here; the tests beside this file hold the rules.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TOP = Path(__file__).parents[2]
PACKAGE = "release_tools"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module, where it stands, and whether it is imported as soon as the module is."""

    target: str
    line: int
    eager: bool

    @property
    def library(self) -> str | None:
        """Return the third-party library, None for ours and the standard one."""
        root = self.target.partition(".")[0]
        return None if root == PACKAGE or root in sys.stdlib_module_names else root


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A source file of the package."""

    path: Path
    name: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """Return the number of lines."""
        return self.text.count("\n")

    def at(self, line: int) -> str:
        """Return a place that a terminal can jump to."""
        return f"{self.path.relative_to(TOP)}:{line}"

    def imports(self) -> Iterator[Import]:
        """Yield what the module imports, `from` imports of modules resolved."""
        yield from _imports(self.tree, eager=True)

    def functions(self) -> Iterator[Function]:
        """Yield every function and method, protocol stubs left out."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function) and not _is_stub(node))


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the package."""
    return tuple(_load(path) for path in sorted((TOP / PACKAGE).rglob("*.py")))


@cache
def module_names() -> frozenset[str]:
    """Return the dotted names of all modules and packages."""
    return frozenset(module.name for module in modules())


def _load(path: Path) -> Module:
    name = ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__")
    text = path.read_text(encoding="utf-8")
    return Module(path=path, name=name, text=text, tree=ast.parse(text, str(path)))


def _imports(node: ast.AST, *, eager: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(target=alias.name, line=child.lineno, eager=eager) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"line {child.lineno}: import by the full name, not relatively"
            names = (f"{child.module}.{alias.name}" for alias in child.names)
            targets = {name if name in module_names() else str(child.module) for name in names} if child.module else ()
            yield from (Import(target=target, line=child.lineno, eager=eager) for target in sorted(targets))
        else:
            yield from _imports(child, eager=eager and not _is_lazy(child))


def _is_lazy(node: ast.AST) -> bool:
    if isinstance(node, Function | ast.Lambda):
        return True
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def _is_stub(node: Function) -> bool:
    last = node.body[-1]
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...
