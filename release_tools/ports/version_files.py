"""The port to version files: where in the bytes of a file a version stands.

Which files name a version, and what is written there, is told in `domain.version_files`.
"""

from typing import Protocol

from release_tools.domain.version_files.source import KeyPath, Scalar


class VersionLocator(Protocol):
    """Locates strings in the bytes of files; every method may raise `Unlocatable`, none writes anything."""

    def toml_string(self, data: bytes, key: KeyPath, /) -> Scalar | None:
        """Return where the string at a key path of a TOML file stands, None when it is absent."""
        ...

    def yaml_images(self, data: bytes, /) -> tuple[Scalar, ...]:
        """Return where the string of every `services.*.image` of a YAML file stands, each place once."""
        ...

    def yaml_string(self, data: bytes, key: KeyPath, /) -> Scalar | None:
        """Return where the string at a key path of a YAML file stands, None when it is absent."""
        ...

    def provider_version(self, provider: str, directory: str, /) -> str:
        """Return what a provider of commitizen tells as the version in a directory of the work tree."""
        ...
