"""The version locator joins the TOML and the YAML locator and commitizen's providers, each imported when it is needed.

No format is parsed in this module.
"""

from pathlib import Path

from release_tools.domain.version_files.source import KeyPath, Scalar
from release_tools.record import record


@record
class LibraryLocator:
    """Locates strings with tomlkit and ruamel.yaml, and asks commitizen in the work tree at `top`."""

    top: Path

    def toml_string(self, data: bytes, key: KeyPath, /) -> Scalar | None:
        """Locate the string at a key path of a TOML file."""
        from release_tools.adapters.toml_locator import locate_toml_string

        return locate_toml_string(data, key)

    def yaml_images(self, data: bytes, /) -> tuple[Scalar, ...]:
        """Locate the string of every `services.*.image` of a YAML file."""
        from release_tools.adapters.yaml_locator import locate_yaml_images

        return locate_yaml_images(data)

    def yaml_string(self, data: bytes, key: KeyPath, /) -> Scalar | None:
        """Locate the string at a key path of a YAML file."""
        from release_tools.adapters.yaml_locator import locate_yaml_string

        return locate_yaml_string(data, key)

    def provider_version(self, provider: str, directory: str, /) -> str:
        """Ask a provider of commitizen in a directory of the work tree."""
        from release_tools.adapters.commitizen_providers import ask_provider

        return ask_provider(provider, self.top / directory)
