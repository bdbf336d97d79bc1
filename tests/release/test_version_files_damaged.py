"""Version files of any bytes: each is written by the laws or refused by name, and nothing crashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from version_writing import LOCATE, check_write, configure

from release_tools.config.model import VersionFile
from release_tools.domain.version_files.spec import SPELLINGS
from release_tools.errors import PreconditionFailed
from release_tools.release.version_files import read_versions, write_version

ROWS = {
    "pyproject": VersionFile(path="pyproject.toml"),
    "package-json": VersionFile(path="package.json"),
    "cargo": VersionFile(path="Cargo.toml"),
    "composer": VersionFile(path="composer.json"),
    "chart": VersionFile(path="Chart.yaml"),
    "python": VersionFile(path="app.py"),
    "env": VersionFile(path=".env", key="APP"),
    "compose-image": VersionFile(path="compose.yaml", image="app"),
    "pattern": VersionFile(path="README", pattern="app {version}"),
}
LOCKS = {"uv-lock": ("pyproject", "uv.lock"), "cargo-lock": ("cargo", "Cargo.lock")}

fragments = st.sampled_from(
    [
        *(
            "[project]",
            "[tool.poetry]",
            "version",
            "=",
            '"1.0.0"',
            "'1.0.0'",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            '"',
            "'",
            "\\",
        ),
        *(
            "services",
            "image",
            "app:1.0.0",
            "app 1.0.0",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "- ",
            "&a ",
            "*a",
            "<<",
            "|",
            ">",
            "#",
        ),
        *(
            "%YAML 1.9",
            "---",
            "!!int ",
            "${",
            "}",
            "@",
            '{"version":',
            "\\ud800",
            "é",
            "\u2028",
            "\ufeff",
            "\x00",
            "1e999",
            "export ",
            "APP=1.0.0",
            "__version__",
            "appVersion: ",
            "[[package]]",
            "1.0.0rc1",
        ),
    ]
)
VALID = {
    "pyproject": b'[project]\nname = "a"\nversion = "1.0.0"\n[tool.poetry]\nversion = "1.0.0"\n',
    "package-json": b'{"name": "a", "version": "1.0.0", "files": ["version"]}',
    "cargo": b'[package]\nname = "a"\nversion = "1.0.0"\n[workspace.package]\nversion = "1.0.0"\n',
    "composer": b'{"name": "a/b", "version": "v1.0.0"}',
    "chart": b"version: 1.0.0\nappVersion: 'v1.0.0' # 1.0.0\n",
    "python": b'"""App."""\n\n__version__: str = "1.0.0"\n',
    "env": b"A='b\nc'\nexport APP=\"1.0.0\" # x\n",
    "compose-image": b"x: &x {image: 'app:1.0.0'}\nservices:\n  a: &a\n    <<: *x\n  b:\n    image: db:1\n",
    "pattern": b"app 1.0.0\n",
    "uv-lock": b'[[package]]\nname = "a"\nversion = "1.0.0"\nsource = { virtual = "." }\n',
    "cargo-lock": b'[[package]]\nname = "a"\nversion = "1.0.0"\ndependencies = [\n "b",\n]\n',
}


@st.composite
def damaged(draw: st.DrawFn, valid: bytes) -> bytes:
    """Return bytes of no meaning, or a valid file with fragments put in and pieces taken out."""
    data = draw(st.sampled_from([b"", valid, valid, valid]))
    for fragment in draw(st.lists(fragments.map(str.encode) | st.binary(max_size=3), max_size=6)):
        start = draw(st.integers(min_value=0, max_value=len(data)))
        end = start + draw(st.sampled_from([0, 0, 0, 1, 3]))
        data = data[:start] + fragment + data[end:]
    return data


@pytest.mark.parametrize("kind", ROWS)
@given(data=st.data())
def test_any_bytes_are_read_or_refused(kind: str, data: st.DataObject) -> None:
    """Every file is written by the laws or refused with a sentence that names it; nothing else is ever raised."""
    row, before = ROWS[kind], data.draw(damaged(VALID[kind]))
    blobs = {row.path: before}
    try:
        written = write_version(configure(row), blobs, "77.0.1", LOCATE)
    except PreconditionFailed as error:
        assert f"  {row.path}:" in error.failed
        return
    found = read_versions(configure(row), blobs, LOCATE)
    if len({place.written for place in found}) == 1:
        check_write(row, before, found[0].written, "77.0.1", len(found), spelling=SPELLINGS.get(kind, "semver"))
    assert written[row.path].count(b"77.0.1") >= len(found) >= 1


@pytest.mark.parametrize("kind", LOCKS)
@given(data=st.data())
def test_any_lock_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    """A lock holds the version in the places that are known, in none, or is refused by its name."""
    manifest, path = LOCKS[kind]
    row, before = ROWS[manifest], data.draw(damaged(VALID[kind]))
    blobs = {row.path: VALID[manifest], path: before}
    try:
        written = write_version(configure(row), blobs, "77.0.1", LOCATE)
    except PreconditionFailed as error:
        assert f"  {path}:" in error.failed
        return
    after = written.get(path, before)
    assert len(after) - len(before) in (0, len("77.0.1") - len("1.0.0"))
    assert after.replace(b"77.0.1", b"1.0.0") == before
