"""The version locator joins the TOML and the YAML locator, each imported when a file of its format is first read.

No format is parsed in this module.
"""

from release_tools.domain.version_files.source import KeyPath, Scalar


class LibraryLocator:
    """Locates strings with tomlkit and ruamel.yaml."""

    def toml_string(self, data: bytes, key: KeyPath, /) -> Scalar | None:
        """Locate the string at a key path of a TOML file."""
        from release_tools.adapters.toml_locator import locate_toml_string

        return locate_toml_string(data, key)

    def yaml_images(self, data: bytes, /) -> tuple[Scalar, ...]:
        """Locate the string of every `services.*.image` of a YAML file."""
        from release_tools.adapters.yaml_locator import locate_yaml_images

        return locate_yaml_images(data)
