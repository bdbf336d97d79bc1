"""A hash that is computed beside is the hash, also in a process that was forked after the first one."""

import hashlib
import os
import signal
from itertools import pairwise

import pytest

from release_tools.adapters.side_digest import SideDigest

DATA = bytes(range(256)) * 4096


def digest(*cuts: int) -> str:
    """Return the hash of the data, given in pieces that are cut at these places."""
    made = SideDigest()
    for start, end in pairwise((0, *cuts, len(DATA))):
        made.update(DATA[start:end])
    return made.hexdigest()


@pytest.mark.parametrize("cuts", [(), (1,), (500_000,), (10, 500_000, 500_001, 1_000_000)])
def test_pieces_of_any_size_make_one_hash(cuts: tuple[int, ...]) -> None:
    """Small ones are hashed at once, large ones beside."""
    assert digest(*cuts) == hashlib.sha256(DATA).hexdigest()


def test_a_fork_hashes_by_threads_of_its_own() -> None:
    """Those of its parent are not there, and nobody may wait for them."""
    expected = digest()
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        os._exit(0 if digest() == expected else 1)
    assert os.waitpid(pid, 0)[1] == 0
