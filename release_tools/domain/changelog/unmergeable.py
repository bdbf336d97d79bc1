"""An unmergeable changelog is one that no rule can merge: the error that says why.

What is done about it is the caller's decision.
"""

from release_tools.errors import HumanNeeded


class Unmergeable(HumanNeeded):
    """The rules cannot tell how two sides go together; the sentence lacks the path, which the caller puts in front."""
