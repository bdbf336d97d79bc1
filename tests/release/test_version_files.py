"""The version files of a configuration: found, agreed on, written, with the real locators."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from version_writing import LOCATE, configure

from release_tools.config.model import Config, VersionFile
from release_tools.errors import ConfigError, PreconditionFailed, UsageError
from release_tools.release.version_files import read_version, read_versions, version_paths, write_version

SAMPLES = Path(__file__).parent / "version_samples"
IMAGE = VersionFile(path="compose.yaml", image="ghcr.io/acme/ai-lab", count=4)
MODULE = VersionFile(path="src/__init__.py", pattern='__version__ = "{version}"')


def sample(name: str) -> bytes:
    """Return the bytes of a sample file."""
    return (SAMPLES / name).read_bytes()


def refusal(config: Config, blobs: Mapping[str, bytes], version: str = "1.5.0", expected: str | None = None) -> str:
    """Return what writing the version says when it is refused."""
    with pytest.raises(PreconditionFailed) as caught:
        write_version(config, blobs, version, LOCATE, expected=expected)
    assert caught.value.exit_code == 3
    assert caught.value.state == "Nothing was changed."
    return caught.value.failed


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    ("row", "name", "lines"),
    [
        (VersionFile(path="pyproject.toml"), "poetry.toml", [12]),
        (VersionFile(path="pyproject.toml"), "pep621.toml", [7, 18, 22]),
        (VersionFile(path="web/package.json"), "package.json", [4]),
        (IMAGE, "compose.yaml", [3, 16, 18, 21]),
    ],
)
def test_real_file_changes_in_its_version_lines_only(
    row: VersionFile, name: str, lines: list[int], mark: bytes, ending: bytes
) -> None:
    """The new file differs in exactly the lines that name the product's version, and there in the version alone."""
    before = mark + sample(name).replace(b"\n", ending)
    config, blobs = configure(row), {row.path: before}
    assert [place.line for place in read_versions(config, blobs, LOCATE)] == lines
    written = b"1.5.0rc1" if name.endswith(".toml") else b"1.5.0-rc.1"
    after = write_version(config, blobs, "1.5.0-rc.1", LOCATE)[row.path]
    changed = [
        number
        for number, (old, new) in enumerate(zip(before.split(b"\n"), after.split(b"\n"), strict=True), 1)
        if old != new
    ]
    assert changed == lines
    assert after.replace(written, b"1.4.2") == before
    assert read_version(config, {row.path: after}, LOCATE) == "1.5.0-rc.1"


@pytest.mark.parametrize("lock_name", ["package-lock.json", "npm-shrinkwrap.json"])
@pytest.mark.parametrize(("sample_name", "places"), [("lock-v1.json", 1), ("lock-v2.json", 2), ("lock-v3.json", 2)])
def test_lock_file_beside_package_json(lock_name: str, sample_name: str, places: int) -> None:
    """A lock file follows its package.json in the root package only, in each lock file format of npm."""
    config = configure(VersionFile(path="web/package.json"))
    blobs = {"web/package.json": sample("package.json"), f"web/{lock_name}": sample(sample_name)}
    written = write_version(config, blobs, "1.5.0", LOCATE)
    assert set(written) == set(blobs)
    lock = written[f"web/{lock_name}"]
    assert lock.count(b'"version": "1.5.0"') == lock.count(b"1.5.0") == places


@pytest.mark.parametrize("old", ["1.0", "1.0.0rc1", "0.0.0.dev0", "2024.10"])
def test_old_version_of_another_scheme(old: str) -> None:
    """A number that is no SemVer may be replaced: a project's first release often meets one."""
    blobs = {"pyproject.toml": f'[project]\nversion = "{old}"'.encode()}
    assert write_version(Config(), blobs, "1.5.0", LOCATE) == {"pyproject.toml": b'[project]\nversion = "1.5.0"'}


@pytest.mark.parametrize("old", ["${VERSION}", "{{ version }}", "workspace:*", "=1.0.0", "@VERSION@", ""])
def test_placeholder_where_a_version_is_expected(old: str) -> None:
    """What another tool fills in is refused, not written over."""
    blobs = {"package.json": f'{{\n"version": "{old}"}}'.encode()}
    assert "package.json: line 2: " in refusal(Config(), blobs)


def test_spans_are_byte_offsets() -> None:
    """A span cuts the version out of the file's bytes, also behind a byte order mark and characters of many bytes."""
    data = "\ufeff# Ä😀\r\nproject = {name='Ö', version = 'v1.4.2'}\r\n".encode()
    (place,) = read_versions(Config(), {"pyproject.toml": data}, LOCATE)
    assert (place.path, place.line, place.text) == ("pyproject.toml", 2, "1.4.2")
    assert data[slice(*place.span)] == b"1.4.2"


def test_version_is_written_already() -> None:
    """Files that name the version already do not change."""
    blobs = {"pyproject.toml": sample("pep621.toml")}
    assert write_version(Config(), blobs, "v1.4.2", LOCATE) == {}


def test_new_version_is_no_version() -> None:
    """A version in a wrong form is a usage error before any file is looked at."""
    with pytest.raises(UsageError, match=r"Type 1\.5\.0"):
        write_version(Config(), {"pyproject.toml": b"\xff"}, "1.5", LOCATE)


def test_configuration_names_no_files() -> None:
    """Then the manifests at the top are read, with the lock files beside them."""
    manifests = ("pyproject.toml", "package.json", "Cargo.toml", "composer.json", "Chart.yaml")
    locks = ("uv.lock", "package-lock.json", "npm-shrinkwrap.json", "Cargo.lock")
    assert version_paths(Config()) == (*manifests, *locks)
    assert version_paths(configure()) == ()


@pytest.mark.parametrize(
    "blobs",
    [
        {},
        {"pyproject.toml": b"[tool.black]\n", "package.json": b'{"private": true}'},
        {"pyproject.toml": b'[project]\nname = "a"\ndynamic = ["version"]\n'},
    ],
)
def test_default_files_hold_no_version(blobs: dict[str, bytes]) -> None:
    """A repository without version files is released by its tag alone."""
    assert write_version(Config(), blobs, "1.5.0", LOCATE) == {}
    assert read_version(Config(), blobs, LOCATE) is None


def test_default_file_is_broken() -> None:
    """A default file that cannot be parsed is refused, never taken for one without a version."""
    assert "pyproject.toml: this is not TOML" in refusal(Config(), {"pyproject.toml": b"[project\nversion='1.4.2'"})


def test_every_problem_is_named_at_once() -> None:
    """One refusal lists missing files, wrong numbers of places and files that cannot be read."""
    config = configure(
        VersionFile(path="pyproject.toml"),
        VersionFile(path="package.json"),
        MODULE,
        VersionFile(path="compose.yaml", image="ghcr.io/acme/ai-lab", count=2),
    )
    blobs = {
        "package.json": b'{"version": "1.4.2",\n "version": "1.4.2"}',
        "src/__init__.py": b'__version__ = "1.4.2"\n\n__version__ = "1.4.2"\n',
        "compose.yaml": sample("compose.yaml"),
    }
    assert refusal(config, blobs).splitlines()[1:] == [
        "  pyproject.toml: the file is missing",
        "  package.json: line 2: the key version stands twice",
        '  src/__init__.py: matches of the pattern `__version__ = "{version}"`: expected 1, found 2 (line 1, line 3)',
        "  compose.yaml: places of the image ghcr.io/acme/ai-lab with a version: "
        "expected 2, found 4 (line 3, line 16, line 18, line 21)",
    ]


def test_files_disagree() -> None:
    """Each file is named with its line and the version that it holds, and nothing is written."""
    blobs = {"pyproject.toml": b'[project]\nversion = "1.4.2"\n', "package.json": b'{"version": "1.4.1"}'}
    assert refusal(Config(), blobs).splitlines()[1:] == [
        "  pyproject.toml:2: names 1.4.2; all places must name one version",
        "  package.json:1: names 1.4.1; all places must name one version",
    ]
    assert len(read_versions(Config(), blobs, LOCATE)) == 2
    with pytest.raises(PreconditionFailed, match="different versions"):
        read_version(Config(), blobs, LOCATE)


def test_old_version_is_not_the_expected_one() -> None:
    """Files that agree on a version other than the expected one are named."""
    blobs = {"pyproject.toml": b'[project]\nversion = "1.4.1"\n'}
    assert "pyproject.toml:2: names 1.4.1, expected 1.4.2" in refusal(Config(), blobs, expected="1.4.2")
    assert write_version(Config(), blobs, "1.5.0", LOCATE, expected="1.4.1")


def test_two_rows_for_one_file() -> None:
    """Rows of one file are written together; a place that both find counts once."""
    config = configure(
        VersionFile(path="README.md", pattern="app=={version}"),
        VersionFile(path="README.md", pattern="app:v{version}"),
        VersionFile(path="README.md", pattern="pip install app=={version}"),
    )
    blobs = {"README.md": b"pip install app==1.4.2\ndocker run app:v1.4.2-slim\n"}
    expected = {"README.md": b"pip install app==1.10.0\ndocker run app:v1.10.0-slim\n"}
    assert write_version(config, blobs, "1.10.0", LOCATE) == expected


@pytest.mark.parametrize(
    ("row", "data", "version"),
    [
        (VersionFile(path="pyproject.toml"), b'[project]\nversion = "1.4.2"', "1.5.0-nightly.3"),
        (VersionFile(path="pyproject.toml"), b'[project]\nversion = "1.4.2"', "1.5.0-rc"),
        (VersionFile(path="app.py"), b'__version__ = "1.4.2"', "1.5.0-rc.1.2"),
        (VersionFile(path="c.yaml", image="app"), b"services: {a: {image: 'app:1.4.2'}}", "1.5.0+build.3"),
        (MODULE, b'__version__ = "1.4.2"', "1.5.0-x.7.z.92"),
    ],
)
def test_version_that_the_file_cannot_hold(row: VersionFile, data: bytes, version: str) -> None:
    """A version that the format does not allow, or that would not be found again, is refused."""
    assert f"{row.path}: {version} " in refusal(configure(row), {row.path: data}, version)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (VersionFile(path="setup.cfg"), "kind is not known"),
        (VersionFile(path="a", kind="compose-image"), "needs `image`"),
        (VersionFile(path="a", kind="pattern"), "needs `pattern`"),
        (VersionFile(path="a", pattern="version"), "`{version}` exactly once"),
        (VersionFile(path="a", pattern="{version} {version}"), "`{version}` exactly once"),
        (VersionFile(path="a", pattern="{version}", image="b"), "takes no `image`"),
        (VersionFile(path="pyproject.toml", count=2), "takes no `count`"),
        (VersionFile(path="a.env", kind="env"), "needs `key`"),
        (VersionFile(path="a.env", key="A B"), "is not the name of a variable: 'A B'"),
        (VersionFile(path="Chart.yaml", key="name"), "`version` or `appVersion`"),
        (VersionFile(path="package.json", key="version"), "takes no `key`"),
        (VersionFile(path="Cargo.toml", spelling="pep440"), "no other spelling than `semver`"),
        (VersionFile(path=".", kind="commitizen"), "needs `provider`"),
        (VersionFile(path=".", provider="scm", spelling="semver"), "takes no `spelling`"),
    ],
)
def test_row_that_makes_no_sense(row: VersionFile, fault: str) -> None:
    """A row with a setting too few, or with one that would be ignored, is a configuration error naming the row."""
    with pytest.raises(ConfigError) as caught:
        version_paths(configure(VersionFile(path="package.json"), row))
    assert caught.value.failed.startswith(f"version.files[1] ({row.path}): ")
    assert fault in caught.value.failed
