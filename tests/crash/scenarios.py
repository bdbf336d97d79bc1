"""The crash matrix's rows: all scenarios by name.

They are defined by subject in the modules named here.
"""

from collections.abc import Mapping

from carry_scenarios import CARRIES
from crash_scenarios import RELEASES, Scenario
from waiting_scenarios import WAITS

SCENARIOS: Mapping[str, Scenario] = {**RELEASES, **CARRIES, **WAITS}
