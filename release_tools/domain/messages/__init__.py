"""Commit messages judged: what is wrong with one, how that is said, and what is proposed instead."""
