"""The boot unit: the systemd unit that recovers an environment when its machine starts, with everything filled in.

It is printed, never installed: where it goes is the machine's business.
"""

import getpass
import os
import sys
from importlib.resources import files

from release_tools.wiring.deploys import DeployPlace

TEMPLATE = "units/recover.service"
LEADING = ("PATH", "HOME", "RELEASE_TOOLS_HOSTS", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
"""The variables that lead to git, the host file and the state directory; at boot nobody has set them."""


def render_boot_unit(place: DeployPlace) -> str:
    """Return the unit for an environment, run as who asks, by this very interpreter."""
    command = (sys.executable, "-m", "release_tools", *_front(place), "recover", "--boot", "--env", place.environment)
    variables = [f"{name}={os.environ[name]}" for name in LEADING if os.environ.get(name)]
    return (
        files("release_tools")
        .joinpath(TEMPLATE)
        .read_text(encoding="utf-8")
        .format(
            project=_escaped(place.tables.project),
            environment=_escaped(place.environment),
            user=getpass.getuser(),
            variables="\n".join(f"Environment={_quoted(one)}" for one in variables),
            command=" ".join(_quoted(word).replace("$", "$$") for word in command),
        )
    )


def _front(place: DeployPlace) -> tuple[str, ...]:
    """Return the words that name the repository and its configuration, which stand before the command."""
    words = place.words()
    return words[: words.index("--env")]


def _quoted(word: str) -> str:
    return '"' + _escaped(word.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _escaped(word: str) -> str:
    """Return a word in which systemd sees no specifiers."""
    return word.replace("%", "%%")
