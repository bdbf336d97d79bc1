"""The option that names an environment: needed where a command is about nothing else, else left out for the repository.

What a command does with it is not known here.
"""

import click

_NAMES = ("--env", "environment")

ENVIRONMENT = click.option(*_NAMES, required=True, metavar="NAME", help="The environment, as production or staging.")
OPTIONAL_ENVIRONMENT = click.option(
    *_NAMES, metavar="NAME", help="The run of this environment, not that of the repository."
)
