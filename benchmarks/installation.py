"""The installation of the peers below `.bench/`, from locks with hashes; what is there already is left alone.

How the peers are run stands in `peers`.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.peers import HERE, Peers, pinned_versions

TOP = HERE.parent
HOME = TOP / ".bench"
LOCK = TOP / "requirements" / "peers.lock"
DEADLINE = 600
"""Seconds for one installation."""


def install_peers() -> Peers:
    """Install what is missing and return the peers."""
    HOME.mkdir(exist_ok=True)
    scripts = _install_python_peers(HOME / "python")
    versions = pinned_versions(LOCK)
    if shutil.which("node") is None or shutil.which("npm") is None:
        reason = "commitlint, conventional-changelog: skipped, because node and npm are not both on PATH."
        return Peers(scripts=scripts, versions=versions, notes=(reason,))
    programs = _install_node_peers(HOME / "node")
    wanted = json.loads((HERE / "node_peers" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    versions["commitlint"] = wanted["@commitlint/cli"]
    versions["conventional-changelog"] = wanted["conventional-changelog"]
    return Peers(scripts=scripts, programs=programs, versions=versions)


def _install_python_peers(home: Path) -> Path:
    # An environment works only where it was made.
    made_from, wanted = home / "made-from", f"{LOCK.read_text(encoding='utf-8')}{sys.version}\n{home}\n"
    if _read(made_from) == wanted:
        return home / "bin"
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    venv.create(home, clear=True, symlinks=True, with_pip=uv is None)
    python = str(home / "bin" / "python")
    pip = (uv, "pip", "install", "--python", python) if uv else (python, "-m", "pip", "install")
    _run(*pip, "--quiet", "--require-hashes", "-r", str(LOCK), cwd=TOP)
    made_from.write_text(wanted, encoding="utf-8")
    return home / "bin"


def _install_node_peers(home: Path) -> Path:
    programs = home / "node_modules" / ".bin"
    source = HERE / "node_peers"
    lock = (source / "package-lock.json").read_text(encoding="utf-8")
    if not programs.exists() or _read(home / "package-lock.json") != lock:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(source, home)
        _run("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", cwd=home)
    return programs


def _run(*command: str, cwd: Path) -> None:
    try:
        subprocess.run(command, check=True, cwd=cwd, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=DEADLINE)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise SystemExit(
            f"benchmarks: error: the peers cannot be installed: {error}\nNothing was measured.\n"
            "Mend the network and repeat it, or leave the peers out: python -m benchmarks --no-peers"
        ) from error


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
