"""Which version of release-tools is installed.

Only the installed package's metadata is asked; no version is written down in the code.
"""


def installed_version() -> str:
    """Return the version of the installed distribution."""
    from importlib.metadata import version

    return version("release-tools")
