"""A Python module names the version in `__version__ = "1.2.3"`, a string at the top level of the module.

The module is parsed, never run; a version that it computes is no place.
"""

import ast
import re
import warnings
from collections.abc import Iterator

from release_tools.domain.version_files.source import Scalar, Source, Unlocatable, parse_source

NAME = "__version__"
_LINE_END = re.compile(r"\r\n|\r|\n")


def find_module(data: bytes) -> tuple[Scalar, ...]:
    """Locate the one string that the module assigns to `__version__`."""
    source = parse_source(data)
    tree = _parse_module(source.text)
    values = tuple(_assigned(tree))
    if len(values) != 1:
        raise Unlocatable(f"assignments to `{NAME}`: expected 1, found {_listed(values)}")
    value = values[0]
    if value not in [statement.value for statement in tree.body if isinstance(statement, ast.Assign | ast.AnnAssign)]:
        raise Unlocatable(f"line {value.lineno}: `{NAME}` is assigned inside a block; write it at the top level")
    if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        raise Unlocatable(f"line {value.lineno}: `{NAME}` is computed; name the file that holds the version instead")
    return (_scalar(source, value, value.value),)


def _parse_module(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the parser thinks of somebody's escapes is not asked
        try:
            return ast.parse(text)
        except SyntaxError as error:
            raise Unlocatable(f"line {error.lineno or 1}: this is not Python ({error.msg})") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise Unlocatable(f"this is not Python that can be parsed ({error})") from error


def _assigned(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield every value that is assigned to `__version__`, at any depth."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.expr) and any(isinstance(one, ast.Name) and one.id == NAME for one in targets):
            yield value


def _listed(values: tuple[ast.expr, ...]) -> str:
    lines = ", ".join(f"line {value.lineno}" for value in values)
    return f"{len(values)} ({lines})" if values else "0"


def _scalar(source: Source, node: ast.Constant, text: str) -> Scalar:
    starts = (0, *(match.end() for match in _LINE_END.finditer(source.text)))
    start, end = (
        source.byte_at(starts[line - 1]) + column
        for line, column in ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
    )
    return Scalar(start=start, end=end, text=text)
