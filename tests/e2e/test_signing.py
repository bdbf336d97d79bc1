"""Signed releases: commits and tags verify with git itself, and a key that does not work stops before anything.

Keys are made for each test; the machine's own are never touched.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from needed import needed
from repository import Clone, Site, write_hook

pytestmark = pytest.mark.slow


@pytest.fixture
def ssh_key(tmp_path: Path) -> Path:
    """Return a new SSH key, whose owner is allowed to sign."""
    needed("ssh-keygen")
    key = tmp_path / "key"
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)), check=True)
    (tmp_path / "allowed").write_text(f"* {key.with_suffix('.pub').read_text()}")
    return key


@pytest.fixture
def gpg_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a GNUPGHOME with one key; its agent ends with the test."""
    needed("gpg")
    # A socket's path may have 107 characters, and pytest's directories are longer.
    home = Path(tempfile.mkdtemp(prefix="gnupg-", dir="/tmp"))
    monkeypatch.setenv("GNUPGHOME", str(home))
    make = ("gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-gen-key")
    subprocess.run((*make, "Carl Committer <carl@example.com>", "ed25519", "sign", "never"), check=True, timeout=60)
    yield home
    subprocess.run(("gpgconf", "--kill", "all"), check=False, timeout=60)
    shutil.rmtree(home, ignore_errors=True)


def sign_with_ssh(here: Clone, key: Path) -> None:
    """Let git sign everything with an SSH key."""
    for name, value in {
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "gpg.ssh.allowedSignersFile": str(key.with_name("allowed")),
        "commit.gpgSign": "true",
        "tag.gpgSign": "true",
    }.items():
        here.git("config", name, value)


def verifies(here: Clone) -> None:
    """Check with plain git the tag, both merges and the release commit."""
    here.git("tag", "-v", "v1.1.0")
    here.git("verify-commit", "main", "develop", "main^2")


def signed_journey(here: Clone) -> None:
    """Start, tag a candidate, finish; look that what is shown before the yes hides the names that will change."""
    shown = here.run("start-release", "--dry-run")
    assert shown.code == 0, shown.stderr
    assert "take the prepared objects into the repository (<signed>)" in shown.stderr
    assert here.run("start-release", "--yes").code == 0
    here.git("verify-commit", "HEAD")
    assert here.run("tag", "--yes").code == 0
    here.git("tag", "-v", "v1.1.0-rc.1")
    outcome = here.run("finish-release", "--yes")
    assert outcome.code == 0, outcome.stderr
    assert "new→<signed>" in outcome.stderr
    verifies(here)


def test_release_is_signed_with_ssh(site: Site, ssh_key: Path) -> None:
    """As git's own settings say: every object that the journey makes verifies."""
    sign_with_ssh(site.here, ssh_key)
    signed_journey(site.here)


def test_release_is_signed_with_gpg(site: Site, gpg_home: Path) -> None:
    """The same with OpenPGP, by the committer's address."""
    site.here.git("config", "commit.gpgSign", "true")
    site.here.git("config", "tag.gpgSign", "true")
    signed_journey(site.here)


def test_release_is_signed_after_a_conflict_as_well(started: Site, ssh_key: Path) -> None:
    """What is drafted when the run goes on is signed like what was drafted at first."""
    here = started.here
    here.commit("fix: reword a", {"a": "release\n"})
    here.git("push", "--quiet", "origin", "release/v1.1.0")
    here.git("switch", "--quiet", "main")
    here.commit("fix: reword a otherwise", {"a": "other\n"})
    here.git("push", "--quiet", "origin", "main")
    sign_with_ssh(here, ssh_key)
    stopped = here.run("finish-release", "1.1.0", "--yes")
    assert stopped.code == 6, stopped.stderr
    tree = Clone(Path(stopped.error[2].partition("cd '")[2].partition("'")[0]))
    tree.write("a", "both\n")
    tree.git("commit", "--quiet", "-a", "--no-edit")
    assert here.run("continue").code == 0
    here.git("tag", "-v", "v1.1.0")
    here.git("verify-commit", "main", "develop")


def test_plan_that_has_changed_between_yes_and_signing_is_shown_again(started: Site, ssh_key: Path) -> None:
    """Somebody pushes while the question waits: nothing is carried out that was not shown."""
    other, marks = started.clone("other"), started.home / "marks"
    other.commit("docs: meanwhile")
    push = f"(unset $(/usr/bin/git rev-parse --local-env-vars); /usr/bin/git -C '{other.path}' push -q origin main)"
    second = f"echo >>'{marks}'; test $(wc -l <'{marks}') -eq 2 && {push} </dev/null"
    git = write_hook(
        started.home / "bin" / "git", f'case " $* " in *" ls-remote "*) {second};; esac\nexec /usr/bin/git "$@"'
    )
    sign_with_ssh(started.here, ssh_key)
    outcome = started.here.run("finish-release", "--yes", PATH=f"{git.parent}:/usr/bin:/bin")
    assert outcome.code == 0, outcome.stderr
    shown, mark, anew = outcome.stderr.partition("Something has moved meanwhile; this is the plan now:")
    assert mark and f"main {other.at('HEAD^')[:10]}→<signed>" in shown
    assert f"main {other.at('HEAD')[:10]}→" in anew
    assert started.remote.contains("v1.1.0", other.at("HEAD"))


def test_configuration_decides_over_gits_settings(site: Site, ssh_key: Path) -> None:
    """`release.sign = false` signs nothing though git would; the plan then names the real objects."""
    sign_with_ssh(site.here, ssh_key)
    site.here.git("config", "commit.gpgSign", "false")
    text = site.here.shown("HEAD", "release-tools.toml") + "[release]\nsign = false\n"
    site.here.commit("chore: sign nothing", {"release-tools.toml": text})
    site.here.git("config", "commit.gpgSign", "true")
    site.here.git("push", "--quiet", "origin", "develop")
    outcome = site.here.run("start-release", "--yes")
    assert outcome.code == 0
    assert "<signed>" not in outcome.stderr
    site.here.git("verify-commit", "HEAD", ok=(1,))


def test_broken_key_is_refused_and_nothing_is_changed(started: Site, tmp_path: Path) -> None:
    """The objects cannot be signed: exit 3 before anything was pushed or moved."""
    sign_with_ssh(started.here, tmp_path / "nowhere")
    before = started.snapshot()
    outcome = started.here.run("finish-release", "--yes")
    assert outcome.code == 3, outcome.stderr
    assert "Nothing was changed." in outcome.error
    assert str(tmp_path / "nowhere") in outcome.stderr
    assert started.snapshot() == before


def test_dry_run_needs_no_key(started: Site, tmp_path: Path) -> None:
    """Nobody is asked for a passphrase before the yes."""
    sign_with_ssh(started.here, tmp_path / "nowhere")
    outcome = started.here.run("finish-release", "--dry-run", "--json")
    assert outcome.code == 0, outcome.stderr
    assert "<signed>" in "\n".join(outcome.data["plan"])
    assert os.fspath(tmp_path / "nowhere") not in outcome.stderr
