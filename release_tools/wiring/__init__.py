"""The composition root: here the adapters behind the ports are chosen, and nowhere else.

Nothing is decided or done here; adapters are imported when they are asked for.
"""
