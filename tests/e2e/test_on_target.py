"""The way of deploy.yml to a target over SSH: a real `sshd` of the test's own, on loopback, with keys made for it."""

import getpass
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lab import deploy_lab, free_port, silent
from needed import needed

pytestmark = pytest.mark.slow
ON_TARGET = Path(__file__).parents[2] / ".ci" / "on-target"
CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host
AuthorizedKeysFile {home}/user.pub
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
SetEnv PATH={path}:/usr/bin:/bin RELEASE_TOOLS_HOSTS={home}/hosts
"""
TELLS = """\
#!{python}
import json, os, sys
print(json.dumps({{"argv": sys.argv[1:], "environment": dict(os.environ)}}))
sys.exit(0 if sys.argv[1:] == ["--version"] else 9)
"""
"""A `release-tools` that tells how it was called, and ends with a code of its own."""


@dataclass(frozen=True)
class Target:
    """A machine that answers over SSH."""

    home: Path
    port: int
    key: str
    known_hosts: str

    def run(self, *words: str, prepared: bool = True, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run on-target as a job does, with a token in the job's environment."""
        given = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "RUNNER_TEMP": str(self.home / "runner"),
            "SSH_TARGET": f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}",
            "SSH_REPOSITORY": str(self.home / "a clone"),
            "GITHUB_TOKEN": "token-of-the-job",
        }
        secret = {"SSH_KEY": self.key, "SSH_KNOWN_HOSTS": self.known_hosts} if words == ("prepare",) else {}
        if prepared:
            assert self.run("prepare", prepared=False).returncode == 0
        (self.home / "runner").mkdir(exist_ok=True)
        return subprocess.run(
            (str(ON_TARGET), *words),
            env={**given, **secret, **environment},
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=300,
        )


def served(home: Path, program: Path) -> Iterator[Target]:
    """Yield a machine whose release-tools is a program; its sshd ends with the test."""
    sshd = needed("sshd")
    for name in ("host", "user", "stranger"):
        make = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(home / name))
        subprocess.run(make, check=True, timeout=30)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # what a service would make
    port = free_port()
    (home / "config").write_text(CONFIG.format(port=port, home=home, path=program.parent))
    with (home / "log").open("w") as log:
        server = subprocess.Popen((sshd, "-D", "-e", "-f", str(home / "config")), stderr=log)
    try:
        end = time.monotonic() + 20
        while "listening" not in (said := (home / "log").read_text()):
            assert server.poll() is None and time.monotonic() < end, said
            time.sleep(0.02)
        known = f"[127.0.0.1]:{port} {(home / 'host.pub').read_text()}"
        yield Target(home, port, (home / "user").read_text(), known)
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def teller(tmp_path: Path) -> Iterator[Target]:
    """Return a machine whose release-tools only tells how it was called."""
    program = tmp_path / "bin" / "release-tools"
    program.parent.mkdir()
    program.write_text(TELLS.format(python=sys.executable))
    program.chmod(0o755)
    clone = str(tmp_path / "a clone")
    subprocess.run(("git", "init", "--quiet", "--bare", str(tmp_path / "origin")), check=True, timeout=30)
    subprocess.run(("git", "clone", "--quiet", str(tmp_path / "origin"), clone), check=True, timeout=30)
    yield from served(tmp_path, program)


WORDS = ("deploy", "1.1.0", "--reason", 'it\'s "urgent" & $HOME; `id` \\ *', "--env", "naïve env", "")


def test_words_and_codes_arrive_as_they_were_typed(teller: Target) -> None:
    """Blanks, quotes, `$` and nothing at all; the exit code comes back."""
    done = teller.run(*WORDS)
    assert done.returncode == 9, done.stderr
    assert json.loads(done.stdout)["argv"] == ["--repo", str(teller.home / "a clone"), *WORDS]


def test_nothing_secret_goes_along(teller: Target) -> None:
    """Neither the job's token nor the key is in the environment there; the key is for its owner alone here."""
    done = teller.run("history", SSH_KEY="not-even-this")
    told = json.loads(done.stdout)["environment"]
    assert "token-of-the-job" not in str(told) and not {"GITHUB_TOKEN", "SSH_KEY"} & told.keys()
    key = teller.home / "runner" / "release-tools-ssh" / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert teller.key.splitlines()[1] not in done.stdout + done.stderr


def test_an_unknown_host_gets_no_order(teller: Target) -> None:
    """Another key answers than the one that is known: ssh's own exit code, and nothing was run."""
    stranger = f"[127.0.0.1]:{teller.port} {(teller.home / 'stranger.pub').read_text()}"
    done = teller.run("prepare", prepared=False, SSH_KNOWN_HOSTS=stranger)
    assert done.returncode == 255 and "argv" not in done.stdout
    assert "Host key verification failed" in done.stderr


@pytest.mark.parametrize("missing", ["SSH_KEY", "SSH_KNOWN_HOSTS"])
def test_a_missing_secret_is_named(teller: Target, missing: str) -> None:
    """By its name in the workflow."""
    done = teller.run("prepare", prepared=False, **{missing: ""})
    assert done.returncode != 0 and f"the secret {missing.lower().replace('_', '-')} is missing" in done.stderr


def test_a_version_is_deployed_and_taken_back_over_ssh() -> None:
    """The example platform: exit codes are the documented ones, and the journal comes back."""
    with deploy_lab() as lab:
        shutil.copytree(lab.repository, lab.top / "a clone")
        subprocess.run(("git", "remote", "add", "origin", str(lab.repository)), cwd=lab.top / "a clone", check=True)
        for target in served(lab.top, Path(sys.executable).with_name("release-tools")):
            for version in ("1.0.0", "1.1.0"):
                done = target.run("deploy", version, "--env", "staging", "--yes")
                assert done.returncode == 0, done.stderr
                assert lab.staging.serves() == version
            assert target.run("deploy", "9.9.9", "--env", "staging", "--yes").returncode == 3
            assert target.run("rollback", "--env", "staging", "--yes").returncode == 0
            assert lab.staging.serves() == "1.0.0"
            journal = target.run("history", "--env", "staging", "--journal").stdout
            assert '"event":"closed"' in journal
        silent(lab)
