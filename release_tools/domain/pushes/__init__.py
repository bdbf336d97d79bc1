"""Pushes judged: what git says it will push, what is wrong with it, and what is typed instead."""
