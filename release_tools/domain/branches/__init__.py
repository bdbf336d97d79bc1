"""Branch names judged: which kind a name is, how a wrong one is reported, and what is proposed instead."""
