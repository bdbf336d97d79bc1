"""Where a version stands in JSON, image references and running text; and the proof that a splice changed no more."""

import json
import tomllib
from dataclasses import replace

import pytest

from release_tools.domain.version import parse_version
from release_tools.domain.version_files.compose_image import parse_reference
from release_tools.domain.version_files.found import Locators, find_versions
from release_tools.domain.version_files.json_strings import json_strings
from release_tools.domain.version_files.source import KeyPath, Scalar, Unlocatable
from release_tools.domain.version_files.spec import FileSpec
from release_tools.domain.version_files.splice import moved, rewrite, splice

TOP = ("version",)
ROOT = ("packages", "", "version")
NOWHERE = Locators(
    toml=lambda data, key: None,
    yaml=lambda data: (),
    yaml_string=lambda data, key: None,
    provider=lambda provider, directory: "",
)


def pattern(text: str, count: int = 1) -> FileSpec:
    """Return the spec of a pattern."""
    return FileSpec(path="README", kind="pattern", wanted=text, count=count)


@pytest.mark.parametrize(
    ("data", "token"),
    [
        (b'{"version":"1.0.0"}', b'"1.0.0"'),
        (b'{"a":{"version":"2"},"b":["version",{"version":"3"}],"version" \r\n\t: "1.0.0"}', b'"1.0.0"'),
        (b'{"a":"\\"version\\": \\\\","version":"1.0.0"}', b'"1.0.0"'),
        (b'{"vers\\u0069on":"1.0.0"}', b'"1.0.0"'),
        (b'{"version":"1\\u002e0.0","version ":"2"}', b'"1\\u002e0.0"'),
        (b'{"a":"}]{[","version":"1.0.0"}', b'"1.0.0"'),
    ],
)
def test_json_string_at_the_top(data: bytes, token: bytes) -> None:
    """Keys are told from values, strings from structure, escaped keys are understood."""
    scalar = json_strings(data, TOP)[TOP]
    assert data[scalar.start : scalar.end] == token
    assert scalar.text == "1.0.0"


def test_json_string_under_an_empty_key() -> None:
    """The root package of a lock file has the empty name; its siblings and arrays are not taken for it."""
    data = b'{"packages":{"a":{"version":"1"},"":{"x":[{"version":"2"}],"version":"3"}},"x":{"":{"version":"4"}}}'
    found = json_strings(data, TOP, ROOT)
    assert {path: scalar.text for path, scalar in found.items()} == {ROOT: "3"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"version":"1","vers\\u0069on":"2"}', "the key version stands twice"),
        (b'{"packages":{},\n"packages":{"":{"version":"1"}}}', "line 2: the key packages stands twice"),
        (b'{"packages":{"":{},"":{"version":"1"}}}', 'the key packages."" stands twice'),
        (b'{"version":1.0}', "version is not a string"),
        (b'{"packages":{"":{"version":null}}}', 'packages."".version is not a string'),
        (b'{\n"version":"1",}', "line 2: this is not JSON"),
        (b'{"version":"1"} x', "this is not JSON"),
        (b"", "line 1: this is not JSON"),
        (b'{"a":' + b"9" * 5000 + b"}", "this is not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        ('{"version":"1"}'.encode("utf-16"), "byte 0 is not UTF-8"),
    ],
)
def test_json_that_cannot_be_trusted(data: bytes, reason: str) -> None:
    """Duplicate keys on the way, other types and broken JSON are refused with the line where there is one."""
    with pytest.raises(Unlocatable) as caught:
        json_strings(data, TOP, ROOT)
    assert reason in caught.value.failed


@pytest.mark.parametrize(
    "document", [[], "version", None, 1, {"packages": []}, {"packages": {"": []}}, [{"version": "1"}]]
)
def test_json_of_another_shape(document: object) -> None:
    """A document without the keys holds no version."""
    assert json_strings(json.dumps(document).encode(), TOP, ROOT) == {}


@pytest.mark.parametrize(
    ("text", "repository", "tag", "pinned"),
    [
        ("app", "app", "", False),
        ("app:1.0.0", "app", "1.0.0", False),
        ("host:5000/app", "host:5000/app", "", False),
        ("host:5000/app:1.0.0\n", "host:5000/app", "1.0.0", False),
        ("app:1.0.0@sha256:abc", "app", "1.0.0", True),
        ("app@sha256:abc", "app", "", True),
        ("${REG:-host:5000}/app:${TAG:-1.0.0}", "${REG:-host:5000}/app", "${TAG:-1.0.0}", False),
        ("${IMAGE:-host:5000/app:1.0.0}", "host:5000/app", "1.0.0", False),
        ("app:${A:-${B:-1.0.0}}", "app", "${A:-${B:-1.0.0}}", False),
        ("", "", "", False),
        ("${", "${", "", False),
    ],
)
def test_image_reference(text: str, repository: str, tag: str, pinned: bool) -> None:
    """Ports, digests and variables are told from tags, and the tag's offset points at it."""
    reference = parse_reference(text)
    assert (reference.repository, reference.tag, reference.pinned) == (repository, tag, pinned)
    assert text[reference.tag_start :].startswith(tag)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("1.0.0", "1.0.0"),
        ("v1.0.0", "1.0.0"),
        ("v${TAG:-1.0.0}", "1.0.0"),
        ("${TAG:-v1.0.0}-slim", "1.0.0"),
        ("${A:-${B:-1.0.0}}", "1.0.0"),
        ("1.0.0-rc.1", "1.0.0-rc.1"),
        ("1.0.0-rc.1-alpine3.19", "1.0.0-rc.1"),
        ("1.0.0-alpine", "1.0.0"),
        ("1.0.0-devel", "1.0.0"),
        ("1.0.0-build.7x", "1.0.0"),
        ("latest", None),
        ("1.0", None),
        ("1.0.0.4", None),
        ("01.0.0", None),
        ("1.0.0foo", None),
        ("$TAG", None),
        ("${TAG:?set it}", None),
    ],
)
def test_version_in_a_tag(tag: str, found: str | None) -> None:
    """A tag that holds no version is not a place, and the refusal shows it."""
    data = f"app:{tag}".encode()
    locators = replace(NOWHERE, yaml=lambda data: (Scalar(start=0, end=len(data), text=data.decode()),))
    spec = FileSpec(path="c.yaml", kind="compose-image", wanted="app")
    if found is None:
        with pytest.raises(Unlocatable) as caught:
            find_versions(spec, data, locators)
        assert f"expected 1, found 0; without a version: line 1 has the tag `{tag}`" in caught.value.failed
        return
    (place,) = find_versions(spec, data, locators)
    assert place.text == found
    assert data[slice(*place.span)] == found.encode()


@pytest.mark.parametrize("image", ["app:1.0.0@sha256:abc", "app@sha256:abc"])
def test_image_pinned_by_a_digest(image: str) -> None:
    """A digest decides which image runs, so a new tag is refused; digests of other images are of no interest."""
    data = f"{image} db@sha256:abc".encode()
    pinned, other = Scalar(start=0, end=len(image), text=image), Scalar(start=0, end=len(data), text="db@sha256:abc")
    locators = replace(NOWHERE, yaml=lambda data: (other, pinned))
    with pytest.raises(Unlocatable, match="line 1: a digest pins the image"):
        find_versions(FileSpec(path="c.yaml", kind="compose-image", wanted="app"), data, locators)


@pytest.mark.parametrize(
    ("text", "data", "found"),
    [
        ("{version}", b"1.0.0\n", ["1.0.0"]),
        ("{version}", b"v1.0.0-rc.2+build.5.", ["1.0.0-rc.2+build.5"]),
        ("{version}", b"1.0.0-devel 1.0.0-rc.1x", ["1.0.0", "1.0.0"]),
        ("{version}", b"10.0.0.1 1.2.3.4 01.2.3 1.02.3 1.2", []),
        ("a-{version}", b"a-1.0.0-linux.tar.gz a-1.0.0.tar.gz", ["1.0.0", "1.0.0"]),
        ("{version}-beta", b"1.0.0-beta", ["1.0.0"]),
        ("={version}4", b"=1.2.34", []),
        ("(.*){version}", b"x1.0.0 (.*)2.0.0", ["2.0.0"]),
        ("a\n{version}", b"a\r\n1.0.0 a\n2.0.0", ["1.0.0", "2.0.0"]),
        ("é {version}", "é 1.0.0".encode() + b"\xff", ["1.0.0"]),
    ],
)
def test_pattern_in_running_text(text: str, data: bytes, found: list[str]) -> None:
    """Text is literal, numbers are whole, pre-releases belong to the version and variants do not."""
    if not found:
        with pytest.raises(Unlocatable, match="found 0"):
            find_versions(pattern(text), data, NOWHERE)
        return
    places = find_versions(pattern(text, len(found)), data, NOWHERE)
    assert [place.text for place in places] == found
    assert [data[slice(*place.span)].decode() for place in places] == found


def test_many_matches_too_many() -> None:
    """A long list of lines is cut short, its number is not."""
    with pytest.raises(Unlocatable) as caught:
        find_versions(pattern("{version}"), b"1.0.0\n" * 5000, NOWHERE)
    assert caught.value.failed.endswith(
        "expected 1, found 5000 (line 1, line 2, line 3, line 4, line 5, line 6, line 7, line 8, line 9, line 10, ...)"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[project]\nname = "a"\n', "neither `project.version` nor `tool.poetry.version` is set"),
        (
            '[project]\ndynamic = ["version"]\n[tool.hatch.version]\npath = "src/a.py"',
            "holds it (src/a.py) with the kind `python`",
        ),
        ('[project]\ndynamic = ["version"]\n', "name the file that holds it with the kind `python`"),
        ("[project]\nversion = 1.0\n", "`project.version` is not a string"),
        ('[project]\nversion = "1.0.0"\n', "its bytes cannot be located"),
        ("project", "this is not TOML"),
        ("a=" + "[" * 20_000, "the TOML is nested too deeply"),
    ],
)
def test_pyproject_without_a_place(text: str, reason: str) -> None:
    """A file named in the configuration that holds no version that can be located is refused with the reason."""
    with pytest.raises(Unlocatable) as caught:
        find_versions(FileSpec(path="pyproject.toml", kind="pyproject"), text.encode(), NOWHERE)
    assert reason in caught.value.failed


def test_dynamic_version_that_poetry_holds() -> None:
    """`dynamic` is no fault where the version stands in Poetry's table."""
    data = b'[project]\ndynamic = ["version"]\n[tool.poetry]\nversion = "1.0.0"'
    start = data.index(b'"1.0.0"')
    locators = replace(NOWHERE, toml=lambda data, key: Scalar(start=start, end=len(data), text="1.0.0"))
    (place,) = find_versions(FileSpec(path="pyproject.toml", kind="pyproject"), data, locators)
    assert (place.line, place.text) == (4, "1.0.0")


@pytest.mark.parametrize("token", ['"1\\u002e0.0"', '"1.0.0 1.0.0"'])
def test_string_that_is_not_written_literally(token: str) -> None:
    """A version written with escapes is refused, since replacing it could change more than its bytes."""
    data = f"[project]\nversion = {token}".encode()
    locators = replace(NOWHERE, toml=lambda data, key: Scalar(start=20, end=len(data), text="1.0.0"))
    with pytest.raises(Unlocatable):
        find_versions(FileSpec(path="pyproject.toml", kind="pyproject"), data, locators)


def test_locator_that_points_at_the_wrong_bytes() -> None:
    """Writing to another string of the same text is noticed: the version read afterwards is still the old one."""
    data = b'[project]\nversion = "1.0.0"\nname = "1.0.0"'
    spec = FileSpec(path="pyproject.toml", kind="pyproject")

    def astray(data: bytes, key: KeyPath) -> Scalar:
        return Scalar(start=data.index(b"name"), end=len(data), text="1.0.0")

    locators = replace(NOWHERE, toml=astray)
    found = find_versions(spec, data, locators)
    with pytest.raises(Unlocatable):
        rewrite(data, [spec], found, parse_version("2.0.0"), locators)


def test_locator_that_wanders_after_the_change() -> None:
    """Finding the new version is not enough: it must be in the place that was written."""
    data = b'name = "2.0.0"\n[project]\nversion = "1.0.0"'
    spec = FileSpec(path="pyproject.toml", kind="pyproject")

    def first_alike(data: bytes, key: KeyPath) -> Scalar:
        version = tomllib.loads(data.decode())["project"]["version"]
        start = data.index(f'"{version}"'.encode())
        return Scalar(start=start, end=start + len(version) + 2, text=version)

    locators = replace(NOWHERE, toml=first_alike)
    found = find_versions(spec, data, locators)
    assert rewrite(data, [spec], found, parse_version("3.0.0"), locators) == data.replace(b"1.0.0", b"3.0.0")
    with pytest.raises(Unlocatable, match=r"2\.0\.0 would not be found again in its place"):
        rewrite(data, [spec], found, parse_version("2.0.0"), locators)


def test_rows_that_overlap() -> None:
    """Two rows that find different spans in the same bytes are refused."""
    specs = [pattern("a {version}"), pattern("a {version}-rc.1")]
    data = b"a 1.0.0-rc.1"
    found = [place for spec in specs for place in find_versions(spec, data, NOWHERE)]
    assert {place.text for place in found} == {"1.0.0-rc.1", "1.0.0"}
    with pytest.raises(Unlocatable, match="two rows"):
        rewrite(data, specs, found, parse_version("2.0.0"), NOWHERE)


def test_splice_leaves_what_is_around() -> None:
    """The bytes before, between and after the spans stay, and the new spans hold the texts."""
    texts = {(1, 2): "", (3, 5): "new"}
    spliced = splice(b"a1b22c", texts)
    assert spliced == b"abnewc"
    assert moved(texts) == ((1, 1), (2, 5))
    assert splice(b"abc", {}) == b"abc"
