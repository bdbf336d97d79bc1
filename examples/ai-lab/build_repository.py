"""Builds the repository of AI Lab: the same commits every time, with a tag for each version below `versions`.

    python build_repository.py DIRECTORY [--database sqlite]

DIRECTORY gets a repository with `develop`, and with a `main` that has a merge commit with a tag for every version.
"""

import argparse
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIRST = "1.0.0"
BEGAN = 1_760_000_000
"""Seconds since 1970 of the first commit; each version is a day later."""
DAY = 86_400
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "Ada Lab" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ada@ai-lab.example" for who in ("AUTHOR", "COMMITTER")},
}


def versions() -> tuple[str, ...]:
    """Return the versions, oldest first."""
    later = sorted((path.name for path in (HERE / "versions").iterdir()), key=lambda name: name.split("."))
    return (FIRST, *later)


def lay_out(version: str, top: Path, *, database: str = "postgresql") -> None:
    """Write the tree of a version: the platform, and over it every version up to this one."""
    upto = versions()[: versions().index(version) + 1]
    shutil.copytree(HERE / "platform", top, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for overlay in upto[1:]:
        skipped = shutil.ignore_patterns("message", "__pycache__")
        shutil.copytree(HERE / "versions" / overlay, top, dirs_exist_ok=True, ignore=skipped)
    if database != "postgresql":
        table = top / "release-tools.toml"
        table.write_text(table.read_text().replace('kind = "postgresql"', f'kind = "{database}"'))


def build(top: Path, *, database: str = "postgresql") -> None:
    """Make the repository in a directory that is empty or not there."""
    top.mkdir(parents=True, exist_ok=True)
    _git(top, 0, "init", "--quiet", "--initial-branch", "main")
    for day, version in enumerate(versions()):
        message = "feat: begin the lab" if version == FIRST else _message(version)
        if version == FIRST:
            _commit(top, day, version, message, database)
            _git(top, day, "branch", "develop")
        else:
            _git(top, day, "switch", "--quiet", "develop")
            _commit(top, day, version, message, database)
            _git(top, day, "switch", "--quiet", "main")
            _git(top, day, "merge", "--quiet", "--no-ff", "-m", f"Merge version {version}", "develop")
        _git(top, day, "tag", "-a", f"v{version}", "-m", f"AI Lab {version}")
        if version != FIRST:
            _git(top, day, "branch", "--quiet", "--force", "develop", "main")


def _message(version: str) -> str:
    return (HERE / "versions" / version / "message").read_text(encoding="utf-8").strip()


def _commit(top: Path, day: int, version: str, message: str, database: str) -> None:
    lay_out(version, top, database=database)
    # Every file is read anew: two versions of one may have the same size and time.
    _git(top, day, "read-tree", "--empty")
    _git(top, day, "add", "--all")
    _git(top, day, "commit", "--quiet", "--no-verify", "-m", message)


def _git(top: Path, day: int, *words: str) -> None:
    """Run git in the repository, at noon of a day."""
    moment = f"{BEGAN + day * DAY} +0000"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    # Line ends and file modes are those of the files, whatever the machine's configuration says.
    fixed = ("-c", "core.autocrlf=false", "-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false")
    subprocess.run(("git", *fixed, *words), check=True, cwd=top, env=inherited | ENVIRONMENT | dates)


def main() -> None:
    """Build what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    given = parser.parse_args()
    build(given.directory, database=given.database)


if __name__ == "__main__":
    main()
