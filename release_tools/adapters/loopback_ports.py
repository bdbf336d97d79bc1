"""TCP ports of loopback: which are free, and whether somebody listens on one.

A port is free only at the moment of the question.
"""

import socket
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"
CONNECTED_WITHIN = 1.0


def free_ports(count: int) -> tuple[int, ...]:
    """Return so many different ports that nobody listens on now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return tuple(one.getsockname()[1] for one in sockets)


def is_listening(port: int) -> bool:
    """Return whether a connection to a port is taken."""
    with socket.socket() as one:
        one.settimeout(CONNECTED_WITHIN)
        return one.connect_ex((LOOPBACK, port)) == 0
