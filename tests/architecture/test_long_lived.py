"""What outlives us holds all of its code: the programs that run on while the package's files are replaced."""

import subprocess
import sys

import pytest
from source_tree import PACKAGE, TOP, modules

PROGRAMS = ("adapters.processes.supervisor", "adapters.front.server")
OURS = frozenset(
    {
        *("adapters", "errors", "record", "domain", "domain.deploy"),
        *(f"adapters.processes{name}" for name in ("", ".identity", ".place", ".service_log", ".memory_kills")),
        *("adapters.processes.watched", "adapters.processes.supervisor"),
        *(f"adapters.front{name}" for name in ("", ".exchange", ".gate", ".peers", ".relay", ".server", ".tally")),
        "adapters.front.wire",
    }
)
SHOW = "import sys; sys.path.insert(0, {top!r}); import {name}; print(*sorted(sys.modules))"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that_outlives_us_needs_the_standard_library_alone(program: str) -> None:
    """Whatever it imports besides could be gone, or be another version, when it is needed."""
    code = SHOW.format(top=str(TOP), name=f"{PACKAGE}.{program}")
    done = subprocess.run((sys.executable, "-I", "-S", "-c", code), check=True, capture_output=True, text=True)
    loaded = done.stdout.split()
    roots = {name.partition(".")[0] for name in loaded}
    assert roots - {PACKAGE, "__main__", "sitecustomize", "usercustomize"} <= sys.stdlib_module_names
    ours = {name.removeprefix(f"{PACKAGE}.") for name in loaded if name.startswith(f"{PACKAGE}.")}
    assert ours <= OURS
    assert program in ours


def test_a_program_that_outlives_us_imports_nothing_later() -> None:
    """An import in the middle of its life would find the files of another version."""
    watched = [module for module in modules() if module.name.removeprefix(f"{PACKAGE}.") in OURS]
    assert len(watched) > 10
    late = [module.at(found.line) for module in watched for found in module.imports() if not found.eager]
    assert not late, "\n".join(late)
