"""The locators of TOML and YAML strings: the right token, in bytes, or a refusal."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.adapters.toml_locator import locate_toml_string
from release_tools.adapters.yaml_locator import locate_yaml_images, locate_yaml_string
from release_tools.domain.version_files.source import Unlocatable

VERSION = ("project", "version")


def images(text: str) -> list[str]:
    """Return the texts of the images that are located."""
    return [scalar.text for scalar in locate_yaml_images(text.encode())]


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ('[project]\nversion = "1.0.0"', '"1.0.0"'),
        ("project.version = '1.0.0'\r\n", "'1.0.0'"),
        ("project = {a = '1.0.0', version = '''1.0.0'''}", "'''1.0.0'''"),
        ('[project]\n"version" = """\n1.0.0""" # 1.0.0', '"""\n1.0.0"""'),
        ('[project]\nversion = "1.\\u0030.0"', '"1.\\u0030.0"'),
        ('[project.urls]\nversion = "1"\n[tool]\n[project]\nversion = "1.0.0"', '"1.0.0"'),
        ('# version-stands-here\n[project]\nversion = "1.0.0"\nname = "version-stands-here-"', '"1.0.0"'),
    ],
)
def test_toml_token(text: str, token: str) -> None:
    """The span holds the token as it is written, the text is what TOML makes of it."""
    data = ("\ufeff# 😀é\n" + text).encode()
    scalar = locate_toml_string(data, VERSION)
    assert scalar is not None
    assert data[scalar.start : scalar.end].decode() == token
    assert scalar.text == "1.0.0"
    assert scalar.start == len("\ufeff# 😀é\n".encode()) + len(text[: text.rindex(token)].encode())


@pytest.mark.parametrize(
    "text", ["", "project = 1", "[project]\nname = '1'", "[project]\nversion = 1.0", "[[project]]"]
)
def test_toml_string_is_absent(text: str) -> None:
    """A missing key, or one that holds no string, is no place."""
    assert locate_toml_string(text.encode(), VERSION) is None


@pytest.mark.parametrize("data", [b"\xff", b"[project", b"a=1\na=2", b"x=" + b"[" * 20_000, "a='1'".encode("utf-16")])
def test_toml_that_cannot_be_parsed(data: bytes) -> None:
    """Broken TOML is refused with a sentence."""
    with pytest.raises(Unlocatable):
        locate_toml_string(data, VERSION)


def test_image_by_alias_and_merge() -> None:
    """Aliases and merges are followed, a mapping's own image wins, and each place is told once."""
    text = """
    x-image: &name base:1
    x-base: &base {image: *name}
    x-more: &more {<<: [*none, *base], restart: always}
    services:
      a: {<<: *base}
      b: {<<: [{restart: no}, *base]}
      c: {image: own:2, <<: *base}
      d: {<<: *more}
      e: {image: *name}
      f: {build: .}
    """.replace("*none, ", "")
    assert images(text) == ["base:1", "own:2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("services:", []),
        ("services: [image]", []),
        ("services: {a: , b: {image: }, c: {image: [x]}}", [""]),
        ("image: a:1\nx: {services: {a: {image: a:1}}}", []),
        ("services: {a: {image: 1.10}}", ["1.10"]),
        ("services: {a: {image: a:1}}\n---\nservices: {a: {image: a:2}}\n", ["a:1", "a:2"]),
        ("x: &a 1\ny: &a 2\nservices: {b: {image: *a}}", ["2"]),
        ("services: {a: &a {<<: *a}}", []),
        ("services: {a: {image: !reset a:1}}", ["a:1"]),
    ],
)
def test_services_of_many_shapes(text: str, expected: list[str]) -> None:
    """Only images of services are told, as text, in every document; other shapes hold none."""
    assert images(text) == expected


def test_merges_that_branch_endlessly() -> None:
    """Mappings that merge one another many times over are each looked at once."""
    layers = "".join(f"x{n}: &x{n} {{<<: [*x{n - 1}, *x{n - 1}]}}\n" for n in range(1, 60))
    assert images(f"x0: &x0 {{a: b}}\n{layers}services: {{a: {{<<: *x59}}}}") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("services: {a: {image: x, image: y}}", "line 1: the key `image` stands twice"),
        ("services: {}\nservices: {}", "line 2: the key `services` stands twice"),
        ("a: b: c", "line 1: this is not YAML"),
        ("a: *nowhere", "line 1: this is not YAML"),
        ("%YAML 1.99\n---\na: b", "this is not YAML 1.1 or 1.2"),
        ("a: \x00", "this is not YAML"),
        ("{a: " * 5000, "nested too deeply"),
    ],
)
def test_yaml_that_cannot_be_trusted(text: str, reason: str) -> None:
    """Broken or ambiguous YAML is refused with the line where there is one."""
    with pytest.raises(Unlocatable) as caught:
        locate_yaml_images(text.encode())
    assert reason in caught.value.failed


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("version: 1.0", "1.0"),
        ("x: {version: 2}\n'version': '1.0' # 1.0", "'1.0'"),
        ('{"version": "1.0"}', '"1.0"'),
        ("x: &v 1.0\nversion: *v", "&v 1.0"),
        ("x: &x {version: 1.0}\n<<: *x", "1.0"),
        ("--- # one\nversion: 1.0\n...\n", "1.0"),
    ],
)
def test_yaml_string_at_a_key(text: str, token: str) -> None:
    """The span holds the string as it is written, wherever an alias or a merge has it from."""
    data = ("\ufeff# 😀é\r\n" + text).encode()
    scalar = locate_yaml_string(data, ("version",))
    assert scalar is not None
    assert data[scalar.start : scalar.end].decode() == token
    assert scalar.text == "1.0"


@pytest.mark.parametrize("text", ["", "# x", "[version]", "version", "version:", "version: ''", "version: {a: b}"])
def test_yaml_string_is_absent(text: str) -> None:
    """A missing key, or one that holds no string, is no place."""
    assert locate_yaml_string(text.encode(), ("version",)) is None


@pytest.mark.parametrize("text", ["a: b: c", "version: 1\nversion: 2", "version: 1\n---\nversion: 2", "%YAML 1.9\n---"])
def test_yaml_key_that_cannot_be_trusted(text: str) -> None:
    """Broken YAML, a key that stands twice and a second document are refused."""
    with pytest.raises(Unlocatable):
        locate_yaml_string(text.encode(), ("version",))


@given(
    before=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp"))), max_size=4),
    ending=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_spans_are_bytes(before: list[str], ending: str, mark: str) -> None:
    """Characters of any width, line endings and a byte order mark before a token shift its span by their bytes."""
    comments = mark + "".join(f"# {line}{ending}" for line in before)
    yaml = f"{comments}services:{ending}  a:{ending}    image: 'é:1'{ending}".encode()
    (scalar,) = locate_yaml_images(yaml)
    assert yaml[scalar.start : scalar.end].decode() == "'é:1'"
    toml = f"{comments}[project]{ending}version = 'é:1'{ending}".encode()
    place = locate_toml_string(toml, VERSION)
    assert place is not None
    assert toml[place.start : place.end].decode() == "'é:1'"


def test_libraries_are_imported_when_a_file_is_read() -> None:
    """Asking for the locator imports neither tomlkit nor ruamel.yaml nor commitizen."""
    code = "import sys; from release_tools.wiring.releases import version_locator; version_locator()"
    check = "assert not {'tomlkit', 'ruamel.yaml', 'ruamel', 'commitizen'} & set(sys.modules)"
    subprocess.run((sys.executable, "-c", f"{code}; {check}"), check=True, timeout=60)
