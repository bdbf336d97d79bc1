"""Each further kind of version file as a property: in any layout only the version's bytes change."""

import ast
import json
import tomllib

from hypothesis import given
from hypothesis import strategies as st
from version_writing import check_write, endings, marks, names, numbered, prefixes, spelled, words

from release_tools.config.model import VersionFile

CARGO_FORMS = (
    '[package]\nname = "{name}"\nversion = "{version}" # {noise}\n\n[dependencies]\nserde = "{old}"\n',
    "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nversion = '{version}'\n[workspace.dependencies]\n"
    'a = {{ path = "a", version = "{old}" }}\n',
    'package = {{ version = """{version}""", name = "{name}" }}\n[lib]\nname = "{old}"\n',
)


@given(
    form=st.sampled_from(CARGO_FORMS),
    name=names,
    texts=st.tuples(numbered, numbered, prefixes, words, endings, marks),
)
def test_cargo_manifest_in_any_spelling(form: str, name: str, texts: tuple[str, str, str, str, str, str]) -> None:
    """Package and workspace hold the version; dependencies keep theirs."""
    old, new, prefix, noise, ending, mark = texts

    def render(version: str) -> bytes:
        text = form.format(name=name, old=old, version=prefix + version, noise=noise)
        return (mark + text.replace("\n", ending)).encode()

    assert check_write(VersionFile(path="Cargo.toml"), render(old), old, new) == render(new)


@given(
    name=names,
    others=st.lists(names, unique=True, max_size=4),
    at=st.integers(min_value=0, max_value=4),
    texts=st.tuples(numbered, numbered, endings, marks),
)
def test_cargo_lock_beside_the_manifest(
    name: str, others: list[str], at: int, texts: tuple[str, str, str, str]
) -> None:
    """Of a lock only the entry of the own package changes, whatever versions the others have."""
    old, new, ending, mark = texts
    others = [other for other in others if other != name]

    def render(version: str) -> bytes:
        locked = [
            f'[[package]]\nname = "{other}"\nversion = "{old}"\nsource = "registry+https://x.example"\n'
            for other in others
        ]
        locked.insert(at, f'[[package]]\nname = "{name}"\nversion = "{version}"\ndependencies = [\n "{old}",\n]\n')
        return (mark + ("version = 4\n\n" + "\n".join(locked)).replace("\n", ending)).encode()

    beside = {"a/Cargo.toml": f'[package]\nname = "{name}"\nversion = "{old}"'.encode()}
    for path in ("a/Cargo.lock", "Cargo.lock"):
        row = VersionFile(path="a/Cargo.toml")
        assert check_write(row, render(old), old, new, path=path, beside=beside) == render(new)


@given(
    name=names,
    source=st.sampled_from(["editable", "virtual", "directory"]),
    others=st.lists(names, unique=True, max_size=4),
    texts=st.tuples(numbered, numbered, endings, marks),
)
def test_uv_lock_beside_the_project(
    name: str, source: str, others: list[str], texts: tuple[str, str, str, str]
) -> None:
    """The project's own entry is written in Python's spelling; entries from an index keep their versions."""
    old, new, ending, mark = texts

    def render(version: str) -> bytes:
        own = f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ {source} = "." }}\n'
        more = f'\n[package.optional-dependencies]\nversion = [\n    {{ name = "{old}" }},\n]\n'
        locked = "".join(
            f'\n[[package]]\nname = "{other}"\nversion = "{old}"\nsource = {{ registry = "https://x.example" }}\n'
            for other in others
            if other != name
        )
        return (mark + ("version = 1\nrevision = 3\n\n" + own + more + locked).replace("\n", ending)).encode()

    beside = {"pyproject.toml": f'[project]\nname = "{name.upper()}"\nversion = "{old}"'.encode()}
    row, before = VersionFile(path="pyproject.toml"), spelled(old, "pep440")
    after = check_write(row, render(before), before, new, spelling="pep440", path="uv.lock", beside=beside)
    assert after == render(spelled(new, "pep440"))
    tomllib.loads(after.decode("utf-8-sig").replace("\r\n", "\n"))


@given(
    rest=st.dictionaries(words, words | st.dictionaries(words | st.just("version"), numbered, max_size=2), max_size=4),
    indent=st.sampled_from([None, 4]),
    texts=st.tuples(numbered, numbered, prefixes, endings, marks),
)
def test_composer_file_in_any_layout(rest: dict[str, object], indent: int | None, texts: tuple[str, ...]) -> None:
    """The document is the same but for its version."""
    old, new, prefix, ending, mark = texts
    document = {"name": "a/b", **rest, "version": prefix + old}
    text = json.dumps(document, indent=indent).replace("\n", ending)
    after = check_write(VersionFile(path="composer.json"), (mark + text).encode(), old, new)
    assert json.loads(after.decode("utf-8-sig")) == {**document, "version": prefix + new}


CHART_FORMS = (
    "apiVersion: v2\nname: app\nversion: {version} # {noise}\nappVersion: {app}\n",
    'appVersion: \'{app}\'\n\n# {noise}\n"version": "{version}"\ndependencies:\n  - version: {old}\n',
    "{{version: '{version}', appVersion: \"{app}\", x: {{version: '{old}'}}}}\n",
    "version: >-\n  {version}\nappVersion: |-\n  {app}\nannotations:\n  appVersion: '{old}'\n",
)


@given(
    form=st.sampled_from(CHART_FORMS),
    equal=st.booleans(),
    other=numbered,
    texts=st.tuples(numbered, numbered, prefixes, words, endings, marks),
)
def test_chart_in_any_spelling(form: str, equal: bool, other: str, texts: tuple[str, ...]) -> None:
    """The chart's version changes, and `appVersion` with it where it was the same."""
    old, new, prefix, noise, ending, mark = texts
    equal = equal or other == old

    def render(version: str) -> bytes:
        app = prefix + version if equal else other
        return (mark + form.format(version=version, app=app, old=old, noise=noise).replace("\n", ending)).encode()

    assert check_write(VersionFile(path="Chart.yaml"), render(old), old, new, 2 if equal else 1) == render(new)


MODULE_FORMS = (
    '"""{noise} __version__ = "{old}"."""\n\n__version__ = "{version}"  # {old}\n',
    "from typing import Final\n\n__version__: Final = '{version}'\nVERSION = '{old}'\n",
    "__version__ = version = (\n    '''{version}'''\n)\n",
    "é = 'ü'; __version__ = r'{version}'; é = '{old}'",
    "def f() -> str:\n\f\n    return '{old}'\n\n\n__version__ = (\"{version}\")\n",
)


@given(
    form=st.sampled_from(MODULE_FORMS),
    texts=st.tuples(numbered, numbered, prefixes, st.from_regex(r"[a-zé ]{0,6}", fullmatch=True)),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=marks,
)
def test_python_module_in_any_spelling(form: str, texts: tuple[str, ...], ending: str, mark: str) -> None:
    """The one assignment changes, in Python's spelling; docstrings, comments and other names do not."""
    old, new, prefix, noise = texts

    def render(version: str) -> bytes:
        text = form.format(version=prefix + spelled(version, "pep440"), old="9.9.9", noise=noise)
        return (mark + text.replace("\n", ending)).encode()

    before = spelled(old, "pep440")
    after = check_write(VersionFile(path="app/__init__.py"), render(old), before, new, spelling="pep440")
    assert after == render(new)
    ast.parse(after.decode("utf-8-sig"))


ENV_FORMS = (
    "APP_VERSION={version}\n",
    "export APP_VERSION='{version}' # {old}\nAPP_VERSION_OLD={old}\n",
    '# APP_VERSION={old}\n\tAPP_VERSION = "{version}"\t#{old}\n',
    "NOTE='two\nAPP_VERSION={old}\nlines'\nAPP_VERSION=  {version}  ",
    'X="a\\"b\nAPP_VERSION={old}"\nexport\tAPP_VERSION={version}',
    "MY_APP_VERSION={old}\nAPP_VERSION={version}  # it's\nB='x'\n",
    "A=x#y\nB=it's\nAPP_VERSION={version}\nC='\n",
)


@given(
    form=st.sampled_from(ENV_FORMS),
    texts=st.tuples(numbered, numbered, prefixes, endings, marks),
    noise=st.binary(max_size=8).filter(lambda data: not set(data) & set(b"\n\r\"'=")),
)
def test_env_file_in_any_spelling(form: str, texts: tuple[str, ...], noise: bytes) -> None:
    """Quotes, `export`, comments, other keys, values of many lines and bytes of any encoding stay."""
    old, new, prefix, ending, mark = texts

    def render(version: str) -> bytes:
        text = form.format(version=prefix + version, old=old)
        return mark.encode() + b"# " + noise + ending.encode() + text.replace("\n", ending).encode()

    row = VersionFile(path="deploy/prod.env", key="APP_VERSION")
    assert check_write(row, render(old), old, new) == render(new)


@given(texts=st.tuples(numbered, numbered, prefixes, endings))
def test_python_spelling_in_running_text(texts: tuple[str, ...]) -> None:
    """A pattern of Python's spelling takes the whole version and leaves none of its pre-release behind."""
    old, new, prefix, ending = texts

    def render(version: str) -> bytes:
        return f"pip install app=={prefix}{spelled(version, 'pep440')}{ending}{old}".encode()

    row = VersionFile(path="README.md", pattern="app==" + prefix + "{version}", spelling="pep440")
    assert check_write(row, render(old), spelled(old, "pep440"), new, spelling="pep440") == render(new)
