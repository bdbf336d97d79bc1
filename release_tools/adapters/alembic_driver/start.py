"""The driver's start: a script that is run by its path, and makes the modules beside it importable, and nothing else.

No work is done here. Our own site-packages stay out of reach, or the application would be given our libraries.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

if __name__ == "__main__":
    top = Path(__file__).resolve().parents[2]
    found = spec_from_file_location(top.name, top / "__init__.py", submodule_search_locations=[str(top)])
    assert found is not None
    sys.modules[top.name] = module_from_spec(found)

    from release_tools.adapters.alembic_driver.channel import Channel
    from release_tools.adapters.alembic_driver.orders import carry_out

    Channel().serve(carry_out)
