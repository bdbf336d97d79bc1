"""Version files as properties: only the version's bytes change, and what was written is read."""

import json

from hypothesis import given
from hypothesis import strategies as st
from version_writing import check_write, endings, marks, numbered, prefixes, spelled, versions, words

from release_tools.config.model import VersionFile

ROWS = {
    "pyproject": VersionFile(path="pyproject.toml"),
    "package-json": VersionFile(path="package.json"),
    "compose-image": VersionFile(path="compose.yaml", image="app"),
    "pattern": VersionFile(path="README", pattern="app {version}"),
}

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
    old=numbered,
    new=numbered,
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
    after = check_write(ROWS["pyproject"], (mark + text).encode(), old, new, spelling="pep440")
    written = form.format(old=old, version=prefix + spelled(new, "pep440"), noise=noise).replace("\n", ending)
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
