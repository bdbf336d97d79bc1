"""Faults: what goes wrong between a client and a server, asked for by a test and used up one by one.

The double itself never misbehaves unasked.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["before", "after", "hang", "drop", "cut"]


@dataclass
class Fault:
    """One fault for requests of a method to paths that match.

    before: answered without acting. after: acted, then answered otherwise. hang: acted, then silent for `seconds`.
    drop: acted, then the connection is closed. cut: half of an upload arrives, then answered otherwise.
    """

    kind: Kind
    method: str
    path: str
    status: int = 502
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    times: int = 1
    seconds: float = 0.0

    def meets(self, method: str, path: str) -> bool:
        """Return whether the fault is for this request and not used up."""
        return self.times > 0 and method == self.method and re.search(self.path, path) is not None
