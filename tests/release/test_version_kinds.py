"""The kinds of version files: what each takes for a place, what it refuses, and how kinds go together."""

from typing import get_args

import pytest
from test_version_files import refusal
from version_writing import LOCATE, configure

from release_tools.config.model import Config, VersionFile, VersionKind
from release_tools.domain.version_files.spec import LOCKS, Kind
from release_tools.errors import PreconditionFailed
from release_tools.release.version_files import read_version, read_versions, version_paths, write_version

CARGO, CHART = VersionFile(path="Cargo.toml"), VersionFile(path="Chart.yaml")
ENV, MODULE = VersionFile(path=".env", key="APP"), VersionFile(path="app.py")
WORKSPACE = b'[workspace]\nmembers = ["*"]\n[workspace.package]\nversion = "1.4.2"\n'
INHERITS = b'[package]\nname = "%s"\nversion.workspace = true\n'
LOCK = b'[[package]]\nname = "a"\nversion = "1.4.2"\n\n[[package]]\nname = "b"\nversion = "1.4.2"\n'


@pytest.mark.parametrize(
    ("row", "data", "reason"),
    [
        (CARGO, b'[package]\nname = "a"\n', "neither `package.version` nor `workspace.package.version` is set"),
        (CARGO, b'[package]\nversion = "1.4.2"\nversion = "1.4.2"\n', "this is not TOML"),
        (CARGO, b"[package]\nversion = 1\n", "`package.version` is not a string"),
        (CARGO, b"[package]\nversion = { workspace = false }\n", "`package.version` is not a string"),
        (VersionFile(path="composer.json"), b'{"name": "a/b"}', "no `version` stands at the top"),
        (VersionFile(path="composer.json"), b'{"version": "1.4.2",\n"version": "1.4.2"}', "line 2: the key version"),
        (CHART, b"name: a\n", "no `version` stands at the top"),
        (CHART, b"version: 1.4.2\nname: a\nversion: 1.4.2\n", "line 3: the key `version` stands twice"),
        (CHART, b"version: 1.4.2\n---\nversion: 1.4.2\n", "line 3: a second document begins"),
        (CHART, b'version: "1.4\\u002e2"\n', "line 1: the string is written with escapes"),
        (CHART, b"version: '{{ .Version }}'\n", "line 1: '{{ .Version }}' is not a version"),
        (CHART, b"version: [1.4.2]\n", "no `version` stands at the top"),
        (VersionFile(path="Chart.yaml", key="appVersion"), b"version: 1.4.2\n", "no `appVersion` stands at the top"),
        (MODULE, b"VERSION = '1.4.2'\n", "assignments to `__version__`: expected 1, found 0"),
        (MODULE, b"__version__ = '1.4.2'\n\n__version__ = '1.4.2'\n", "expected 1, found 2 (line 1, line 3)"),
        (MODULE, b"__version__ = '1'\n__version__ += '.2'\n", "expected 1, found 2 (line 1, line 2)"),
        (MODULE, b"try:\n    __version__ = '1.4.2'\nfinally:\n    pass\n", "line 2: `__version__` is assigned inside"),
        (MODULE, b"__version__ = version('app')\n", "line 1: `__version__` is computed"),
        (MODULE, b"__version__ = f'{a}.4.2'\n", "line 1: `__version__` is computed"),
        (MODULE, b"__version__ = '1.4' '.2'\n", "line 1: the string is written with escapes or over several lines"),
        (MODULE, b"__version__ = '1.4.2\n", "line 1: this is not Python"),
        (MODULE, b"__version__ = '1.4.2'\x00", "this is not Python"),
        (MODULE, b"(" * 10_000, "this is not Python"),
        (MODULE, b"-" * 100_000 + b"1", "this is not Python"),
        (ENV, b"APP_X=1.4.2\n#APP=1.4.2\nXAPP=1.4.2\n", "lines that set `APP`: expected 1, found 0"),
        (ENV, b"APP=1.4.2\nB=1\nexport APP='1.4.2'\n", "expected 1, found 2 (line 1, line 3)"),
        (ENV, b"APP=\n", "line 1: the string is empty"),
        (ENV, b"A=1\nAPP=${TAG:-1.4.2}\n", "line 2: '${TAG:-1.4.2}' is not a version"),
        (ENV, b"APP='1.4.2'-slim\n", "line 1: \"'1.4.2'-slim\" is not a version"),
        (ENV, b"APP=1.4.2 1.4.2\n", "line 1: '1.4.2 1.4.2' is not a version"),
        (ENV, b"APP=\xff\n", "line 1: "),
    ],
)
def test_file_that_cannot_be_trusted(row: VersionFile, data: bytes, reason: str) -> None:
    """A version that stands twice, nowhere, or not as plain text is refused with its line, and nothing is written."""
    line = refusal(configure(row), {row.path: data}).splitlines()[1]
    assert line.startswith(f"  {row.path}: ")
    assert reason in line


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Cargo.toml", b'[workspace]\nmembers = ["a"]\n'),
        ("composer.json", b'{"name": "a/b", "require": {"version": "1.4.2"}}'),
        ("Chart.yaml", b"# nothing\n"),
        ("uv.lock", LOCK),
    ],
)
def test_default_file_without_a_version(name: str, data: bytes) -> None:
    """A manifest that nobody named and that holds no version is no fault."""
    assert write_version(Config(), {name: data}, "1.5.0", LOCATE) == {}


def test_workspace_whose_members_inherit() -> None:
    """The workspace's version is raised once, and in the lock for every member that says to follow it."""
    rows = tuple(VersionFile(path=path) for path in ("Cargo.toml", "a/Cargo.toml", "b/Cargo.toml"))
    blobs = {
        "Cargo.toml": WORKSPACE,
        "a/Cargo.toml": INHERITS % b"a",
        "b/Cargo.toml": b'[package]\nname = "b"\nversion = { workspace = true }\n',
        "Cargo.lock": LOCK + b'\n[[package]]\nname = "c"\nversion = "1.4.2"\nsource = "registry"\n',
    }
    assert "a/Cargo.lock" in version_paths(configure(*rows))
    assert write_version(configure(*rows), blobs, "1.5.0-rc.1", LOCATE) == {
        "Cargo.toml": WORKSPACE.replace(b"1.4.2", b"1.5.0-rc.1"),
        "Cargo.lock": blobs["Cargo.lock"].replace(b"1.4.2", b"1.5.0-rc.1", 2),
    }


def test_workspace_member_that_nobody_named() -> None:
    """A lock entry that may follow the workspace is never left behind in silence."""
    blobs = {"Cargo.toml": WORKSPACE, "a/Cargo.toml": INHERITS % b"a", "Cargo.lock": LOCK}
    named = refusal(configure(CARGO, VersionFile(path="a/Cargo.toml")), blobs)
    assert "  Cargo.lock: `b` (line 5) may inherit the workspace's version: name each one's Cargo.toml" in named
    blobs["Cargo.lock"] = LOCK.replace(b'"b"\nversion = "1.4.2"', b'"b"\nversion = "0.3.0"')
    assert set(write_version(configure(CARGO, VersionFile(path="a/Cargo.toml")), blobs, "1.5.0", LOCATE)) == {
        "Cargo.toml",
        "Cargo.lock",
    }


@pytest.mark.parametrize(
    ("lock", "reason"),
    [
        (LOCK + LOCK, "line 1: the lock has more than one `a`"),
        (LOCK + b'[[package]]\nname = "a"\nversion = "9.0.0"\nsource = "x"\n', "the lock has more than one `a`"),
        (LOCK.replace(b"1.4.2", b"1.4.1"), "Cargo.lock:3: names 1.4.1; all places must name one version"),
        (b'[[package]]\nname = "a"\n"version" = "1.4.2"\n', "line 1: the version of `a` does not stand on a line of"),
        (b'package = [{ name = "a", version = "1.4.2" }]\n', "the entries of this lock cannot be told apart"),
        (b'x = """\n[[package]]\n"""\n' + LOCK, "the entries of this lock cannot be told apart"),
        (b"[[package]\n", "this is not TOML"),
    ],
)
def test_lock_that_cannot_be_trusted(lock: bytes, reason: str) -> None:
    """A lock in which the own entry is not beyond doubt is refused, never left behind."""
    blobs = {"Cargo.toml": b'[package]\nname = "a"\nversion = "1.4.2"\n', "Cargo.lock": lock}
    named = refusal(Config(), blobs)
    assert "  Cargo.lock" in named
    assert reason in named


def test_lock_of_a_project_whose_version_is_not_in_its_manifest() -> None:
    """What a lock says of a project that computes its version is nobody's version here."""
    lock = b'[[package]]\nname = "a-b"\nversion = "0.1.dev3"\nsource = { editable = "." }\n'
    blobs = {"pyproject.toml": b'[project]\nname = "A_b"\ndynamic = ["version"]\n', "uv.lock": lock}
    assert read_version(Config(), blobs, LOCATE) is None
    blobs["pyproject.toml"] = b'[project]\nname = "A_b"\nversion = "1.4.2"\n'
    assert "uv.lock:3: names 0.1.dev3" in refusal(Config(), blobs)


@pytest.mark.parametrize(
    ("manifest", "lock", "entry"),
    [
        ("a/pyproject.toml", "uv.lock", b'source = { registry = "https://x.example/simple" }'),
        ("a/Cargo.toml", "Cargo.lock", b'source = "registry+https://x.example"'),
    ],
)
def test_lock_above_that_knows_a_stranger_of_that_name(manifest: str, lock: str, entry: bytes) -> None:
    """A lock further up may pin a published package of the same name; that version is somebody else's."""
    table = b"project" if lock == "uv.lock" else b"package"
    blobs = {
        manifest: b'[%s]\nname = "a"\nversion = "1.4.2"\n' % table,
        lock: b'[[package]]\nname = "a"\nversion = "1.3.0"\n%s\n' % entry,
    }
    assert set(write_version(configure(VersionFile(path=manifest)), blobs, "1.5.0", LOCATE)) == {manifest}


def test_broken_manifest_beside_its_lock() -> None:
    """The fault is named once, at the manifest."""
    named = refusal(Config(), {"pyproject.toml": b"[project", "uv.lock": LOCK})
    assert [line.partition(":")[0] for line in named.splitlines()[1:]] == ["  pyproject.toml"]


def test_one_version_in_two_spellings() -> None:
    """A pre-release is one version in Python's spelling and in SemVer's, and each file keeps its own."""
    blobs = {
        "pyproject.toml": b'[project]\nname = "a"\nversion = "1.2.0rc1"\n',
        "uv.lock": b'[[package]]\nname = "a"\nversion = "1.2.0rc1"\nsource = { virtual = "." }\n',
        "package.json": b'{"version": "1.2.0-rc.1"}',
    }
    assert read_version(Config(), blobs, LOCATE) == "1.2.0-rc.1"
    assert write_version(Config(), blobs, "1.2.0-rc.1", LOCATE) == {}
    assert write_version(Config(), blobs, "1.2.0-rc.2", LOCATE, expected="1.2.0-rc.1") == {
        name: data.replace(b"rc1", b"rc2").replace(b"rc.1", b"rc.2") for name, data in blobs.items()
    }
    final = write_version(Config(), blobs, "1.2.0", LOCATE)
    assert all(b'"1.2.0"' in final[name] for name in blobs)


def test_spelling_of_a_row() -> None:
    """A row decides how its file spells versions; two rows of one file may spell differently, in different bytes."""
    rows = (
        VersionFile(path="pyproject.toml", spelling="semver"),
        VersionFile(path="README", pattern="pip install app=={version}", spelling="pep440"),
        VersionFile(path="README", pattern="docker run app:{version}"),
    )
    blobs = {
        "pyproject.toml": b'[project]\nversion = "1.4.2"\n',
        "README": b"pip install app==1.4.2\ndocker run app:1.4.2\n",
    }
    assert write_version(configure(*rows), blobs, "1.5.0-beta.2", LOCATE) == {
        "pyproject.toml": b'[project]\nversion = "1.5.0-beta.2"\n',
        "README": b"pip install app==1.5.0b2\ndocker run app:1.5.0-beta.2\n",
    }
    contrary = VersionFile(path="README", pattern="docker run app:{version}", spelling="pep440")
    assert "README: two rows of `version.files` find different versions" in refusal(configure(*rows, contrary), blobs)


@pytest.mark.parametrize(
    ("key", "lines"), [(None, [1, 2]), ("version", [1]), ("appVersion", [2])], ids=["both", "version", "appVersion"]
)
def test_key_of_a_chart(key: str | None, lines: list[int]) -> None:
    """A row may name one of the two keys; otherwise both follow while they are equal."""
    config = configure(VersionFile(path="Chart.yaml", key=key))
    blobs = {"Chart.yaml": b"version: 1.4.2\nappVersion: v1.4.2\n"}
    assert [place.line for place in read_versions(config, blobs, LOCATE)] == lines
    after = write_version(config, blobs, "1.5.0", LOCATE)["Chart.yaml"].splitlines()
    assert [number for number, line in enumerate(after, 1) if b"1.5.0" in line] == lines


@pytest.mark.parametrize(("version", "app_version"), [("1.2.0-rc.1", "v1.2.0rc1"), ("1.2", "1.2"), ("1.2.0", "v1.2.0")])
def test_chart_whose_keys_name_one_version(version: str, app_version: str) -> None:
    """The keys are equal when they name the same version, in whatever spelling."""
    blobs = {"Chart.yaml": f"version: {version}\nappVersion: {app_version}\n".encode()}
    after = write_version(Config(), blobs, "1.3.0-rc.1", LOCATE)["Chart.yaml"].decode()
    assert after == f"version: 1.3.0-rc.1\nappVersion: {'v' if app_version[0] == 'v' else ''}1.3.0-rc.1\n"


def test_chart_that_meets_the_version_of_what_it_installs() -> None:
    """An `appVersion` that was ahead stays, also when the chart is raised to that very version."""
    blobs = {"Chart.yaml": b"version: 1.4.2\nappVersion: 1.5.0\n"}
    assert write_version(Config(), blobs, "1.5.0", LOCATE) == {"Chart.yaml": b"version: 1.5.0\nappVersion: 1.5.0\n"}


def test_all_kinds_that_disagree_are_named() -> None:
    """Each place is named with its line and with what stands there, in its own spelling."""
    blobs = {"app.py": b'\n__version__ = "1.4.0rc1"\n', ".env": b"APP=1.4.0-rc.2 # x\n", "Cargo.toml": WORKSPACE}
    with pytest.raises(PreconditionFailed) as caught:
        read_version(configure(MODULE, ENV, CARGO), blobs, LOCATE)
    assert caught.value.failed.splitlines()[1:] == [
        "  app.py:2: names 1.4.0rc1; all places must name one version",
        "  .env:1: names 1.4.0-rc.2; all places must name one version",
        "  Cargo.toml:4: names 1.4.2; all places must name one version",
    ]


def test_kinds_that_a_row_may_name() -> None:
    """A row may be of every kind but a lock, which follows its manifest."""
    assert set(get_args(VersionKind)) == set(get_args(Kind)) - {kind for kind, _ in LOCKS.values()}
