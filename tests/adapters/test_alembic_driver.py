"""The driver as text: it must run where nothing of ours is, by an interpreter older than ours."""

import ast
import sys
from pathlib import Path

import pytest

import release_tools.adapters.alembic_driver as driver

MODULES = sorted(Path(str(driver.__file__)).parent.glob("*.py"))
EVERY = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
OLDEST = (3, 9)


@EVERY
def test_its_syntax_is_old_enough(path: Path) -> None:
    """An application's Python of 3.9 can read it; annotations are never evaluated."""
    tree = ast.parse(path.read_text(), feature_version=OLDEST)
    annotated = any(isinstance(node, ast.AnnAssign | ast.arg) and node.annotation for node in ast.walk(tree))
    assert not annotated or "from __future__ import annotations" in path.read_text()


@EVERY
def test_it_imports_what_an_application_has(path: Path) -> None:
    """The standard library, Alembic, SQLAlchemy, and the driver itself."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    foreign = {
        name for name in found if name.partition(".")[0] not in {*sys.stdlib_module_names, "alembic", "sqlalchemy"}
    }
    assert {name for name in foreign if not name.startswith(driver.__name__)} == set()
