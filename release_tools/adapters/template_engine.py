"""Templates of a team's own, rendered by jinja2 in its sandbox: they see the context and nothing else.

A template comes from the work tree and may be anybody's, so it reaches no attribute of Python and no other file.
"""

from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from release_tools.errors import UsageError


def render_template(template: str, context: Mapping[str, Any], *, name: str) -> str:
    """Render a template's text; `UsageError` with jinja2's own words when it cannot be."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False
    )
    try:
        return environment.from_string(template).render(context)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise UsageError(
            f"The template {name} cannot be rendered{f' (line {line})' if line else ''}: {error}.",
            state="Nothing was written.",
            todo="Mend the template; `release-tools changelog --context` prints what it sees.",
        ) from error
