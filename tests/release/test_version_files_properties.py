"""Version files as properties: only the version's bytes change, what was written is read, no bytes crash anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.config.model import Config, Version, VersionFile
from release_tools.domain.version import parse_tag
from release_tools.errors import PreconditionFailed
from release_tools.release.version_files import read_versions, write_version
from release_tools.wiring.releases import version_locator

LOCATE = version_locator()
ROWS = {
    "pyproject": VersionFile(path="pyproject.toml"),
    "package-json": VersionFile(path="package.json"),
    "compose-image": VersionFile(path="compose.yaml", image="app"),
    "pattern": VersionFile(path="README", pattern="app {version}"),
}

numbers = st.tuples(*[st.integers(min_value=0, max_value=120)] * 3).map(lambda parts: ".".join(map(str, parts)))
versions = st.builds("".join, st.tuples(numbers, st.sampled_from(["", "-rc.1", "-beta.12", "-alpha"])))
prefixes = st.sampled_from(["", "v"])
endings = st.sampled_from(["\n", "\r\n"])
marks = st.sampled_from(["", "\ufeff"])
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8)


def configure(row: VersionFile) -> Config:
    """Return a configuration with one version file."""
    return Config(version=Version(files=(row,)))


def check_write(row: VersionFile, before: bytes, old: str, new: str, places: int = 1) -> bytes:
    """Write the new version and check every law of writing; return the new bytes."""
    config, blobs = configure(row), {row.path: before}
    found = read_versions(config, blobs, LOCATE)
    assert [place.text for place in found] == [old] * places
    assert all(before[slice(*place.span)] == old.encode() for place in found)
    after = {**blobs, **write_version(config, blobs, new, LOCATE)}
    assert [place.text for place in read_versions(config, after, LOCATE)] == [new] * places
    assert write_version(config, after, new, LOCATE) == {}
    if parse_tag(old, ""):
        assert {**after, **write_version(config, after, old, LOCATE)} == blobs
    assert len(after[row.path]) - len(before) == places * (len(new) - len(old))
    return after[row.path]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | words | versions,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.just("version"), inner, max_size=3),
    max_leaves=8,
)


@given(
    old=versions,
    new=versions,
    prefix=prefixes,
    rest=st.dictionaries(words, json_values, max_size=4),
    place=st.integers(min_value=0, max_value=4),
    layout=st.tuples(st.sampled_from([None, 0, 2, "\t"]), st.booleans(), endings, marks),
)
def test_package_json_in_any_layout(
    old: str,
    new: str,
    prefix: str,
    rest: dict[str, object],
    place: int,
    layout: tuple[int | str | None, bool, str, str],
) -> None:
    """The document is the same but for its version, wherever and however it stands."""
    indent, ascii_only, ending, mark = layout
    rest.pop("version", None)
    items = list(rest.items())
    document = dict([*items[:place], ("version", prefix + old), *items[place:]])
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only).replace("\n", ending)
    after = check_write(ROWS["package-json"], (mark + text + ending).encode(), old, new)
    assert json.loads(after.decode("utf-8-sig")) == {**document, "version": prefix + new}


TOML_FORMS = (
    '[project]\nname = "{old}"\nversion = "{version}"  # {old}\n[project.urls]\nhome = "{old}"\n',
    "[project.urls]\nversion = '{old}'\n[ 'project' ]\n\t\"version\"\t=\t'{version}'\t# {noise}\n",
    'project = {{ dependencies = ["{old}"], version = """{version}""", name = "a" }}\n',
    "project.name = \"{old}\"\nproject.version = '''\n{version}'''\nversion = '{old}'\n",
    '[tool.poetry.dependencies]\nversion = "{old}"\n[x]\nversion = "{old}"\n[tool.poetry]\nversion = "{version}"\n',
    '[tool]\npoetry.version = "{version}"\n[[a]]\nversion = "{old}"\n[[a]]\n# {noise}\n',
)


@given(
    form=st.sampled_from(TOML_FORMS),
    old=versions,
    new=versions,
    prefix=prefixes,
    noise=words,
    ending=endings,
    mark=marks,
)
def test_pyproject_in_any_spelling(
    form: str, old: str, new: str, prefix: str, noise: str, ending: str, mark: str
) -> None:
    """Tables in any order, dotted, inline and quoted keys, every kind of string: only the version changes."""
    text = form.format(old=old, version=prefix + old, noise=noise).replace("\n", ending)
    after = check_write(ROWS["pyproject"], (mark + text).encode(), old, new)
    written = form.format(old=old, version=prefix + new, noise=noise).replace("\n", ending)
    assert after == (mark + written).encode()


IMAGE_FORMS = (
    "app:{tag}",
    "'app:{tag}'",
    '"app:{tag}"  # app:{tag}',
    '"app:${{TAG:-{tag}}}"',
    "app:v${{TAG-{tag}}}-slim_2.1",
    "${{IMAGE:-app:{tag}}}",
    "${{NAME-app}}:{tag}-alpine3.19",
    ">-\n      app:{tag}\n",
    "|\n      app:{tag}\n",
    "\n      app:{tag}",
    "&image !!str app:{tag}",
)


@given(
    forms=st.lists(st.sampled_from(IMAGE_FORMS), min_size=1, max_size=4),
    old=versions,
    new=versions,
    prefix=prefixes,
    noise=words,
    ending=endings,
    mark=marks,
)
def test_compose_file_in_any_spelling(
    forms: list[str], old: str, new: str, prefix: str, noise: str, ending: str, mark: str
) -> None:
    """Plain, quoted, folded and variable images: only their versions change, other images keep theirs."""

    def render(version: str) -> bytes:
        images = [form.format(tag=prefix + version).replace("# app:" + prefix + version, "# app") for form in forms]
        own = "".join(f"  s{index}:\n    # {noise}\n    image: {image}\n" for index, image in enumerate(images))
        other = f"  other:\n    image: my/app:{old}\n  more: {{image: 'app2:{old}'}}\n"
        return (mark + ("services:\n" + own + other).replace("\n", ending)).encode()

    row = VersionFile(path="compose.yaml", image="app", count=len(forms))
    assert check_write(row, render(old), old, new, len(forms)) == render(new)


@given(
    noise=st.lists(st.binary(max_size=12).filter(lambda data: b"app" not in data), min_size=2, max_size=4),
    old=versions,
    new=versions,
)
def test_pattern_in_any_bytes(noise: list[bytes], old: str, new: str) -> None:
    """A pattern finds its places among bytes of any encoding and keeps them all."""
    row = VersionFile(path="README", pattern="<app {version}>", count=len(noise) - 1)
    after = check_write(row, f"<app {old}>".encode().join(noise), old, new, len(noise) - 1)
    assert after == f"<app {new}>".encode().join(noise)


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
        ),
    ]
)
VALID = {
    "pyproject": b'[project]\nversion = "1.0.0"\n[tool.poetry]\nversion = "1.0.0"\n',
    "package-json": b'{"name": "a", "version": "1.0.0", "files": ["version"]}',
    "compose-image": b"x: &x {image: 'app:1.0.0'}\nservices:\n  a: &a\n    <<: *x\n  b:\n    image: db:1\n",
    "pattern": b"app 1.0.0\n",
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
    check_write(row, before, found[0].text, "77.0.1", len(found))
    assert written[row.path].count(b"77.0.1") >= len(found) >= 1
