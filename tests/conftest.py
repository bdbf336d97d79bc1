"""The world every test runs in: no configuration, identity, hook environment or workflow of the machine leaks in.

Fixtures of one subject do not belong here; they stand beside the tests that use them.
"""

import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

# The table of the crash matrix is printed by whoever runs the tests, also where workers played the parts.
from crash_table import pytest_terminal_summary  # noqa: F401
from hypothesis import HealthCheck, settings

# How long an example takes says something about the machine, not about the property.
settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same few examples every time; the stage slow and `make test-all` look for new ones, five times as many.
settings.register_profile("few", settings.get_profile("thorough"), max_examples=20, derandomize=True, database=None)
settings.load_profile("few")

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada Author",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Carl Committer",
    "GIT_COMMITTER_EMAIL": "carl@example.com",
}
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    **IDENTITY,
}
FOREIGN = ("GIT_", "GITHUB_", "RELEASE_TOOLS_", "_RELEASE_TOOLS_", "XDG_", "SSH_ASKPASS")
SINGLE = ("NO_COLOR", "FORCE_COLOR", "EDITOR", "VISUAL", "PAGER")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of all home directories; pytest would list thousands to number the next one."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def hermetic_environment(monkeypatch: pytest.MonkeyPatch, homes: Path) -> None:
    """Give the test an empty home, UTC, a fixed identity and a git that reads no configuration but the repository's."""
    for name in tuple(os.environ):
        if name.startswith(FOREIGN) or name in SINGLE:
            monkeypatch.delenv(name)
    for name, value in GIT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", tempfile.mkdtemp(dir=homes))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def home() -> Path:
    """Return the empty home directory of this test."""
    return Path(os.environ["HOME"])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing is skipped: what a test needs, `.ci/run` installs."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {report.longrepr}"
    return report
