"""Cargo.toml names the version of its package, of its workspace, or says that it inherits the latter.

What a workspace's members are called is told by their own files; a member is what lies below the root.
"""

from collections.abc import Callable, Iterable, Mapping
from posixpath import dirname

from release_tools.domain.version_files.source import KeyPath, Scalar, TomlString, Unlocatable
from release_tools.domain.version_files.spec import FileSpec
from release_tools.domain.version_files.toml_document import locate_strings, parse_toml, text_at, value_at

MANIFEST = "Cargo.toml"
PACKAGE: KeyPath = ("package", "version")
WORKSPACE: KeyPath = ("workspace", "package", "version")
INHERITED: KeyPath = (*PACKAGE, "workspace")


def find_cargo(data: bytes, spec: FileSpec, toml: TomlString) -> tuple[Scalar, ...]:
    """Locate the versions of package and workspace; an explicitly named file must hold or inherit one."""
    document = parse_toml(data)
    inherits = value_at(document, INHERITED) is True
    found = locate_strings(data, document, (WORKSPACE,) if inherits else (PACKAGE, WORKSPACE), toml)
    if not found and not inherits and not spec.optional:
        raise Unlocatable("neither `package.version` nor `workspace.package.version` is set")
    return found


def cargo_package(data: bytes) -> str:
    """Return the name that a package has in Cargo.lock; empty when Cargo.toml names no version for it."""
    document = parse_toml(data)
    named = text_at(document, PACKAGE) or value_at(document, INHERITED) is True
    return text_at(document, ("package", "name")) if named else ""


def workspace_version(data: bytes) -> str:
    """Return the version that a workspace hands down to its members, empty when it has none for them."""
    return text_at(parse_toml(data), WORKSPACE)


def inherits(data: bytes) -> bool:
    """Return whether a package takes its version from its workspace; not where the file cannot be read."""
    try:
        return value_at(parse_toml(data), INHERITED) is True
    except Unlocatable:
        return False


def members_of(roots: Mapping[str, bytes], manifests: Callable[[], Iterable[str]]) -> tuple[str, ...]:
    """Return the manifests below those roots that may hand a version down; `manifests` lists all there are."""
    handing = tuple(dirname(path) for path, data in roots.items() if b"[workspace" in data)
    if not handing:
        return ()
    below = tuple(f"{folder}/" if folder else "" for folder in handing)
    return tuple(path for path in manifests() if path not in roots and path.startswith(below))
