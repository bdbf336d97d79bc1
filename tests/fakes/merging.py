"""A merge of two commits in memory, file by file: a file that both sides changed differently is a conflict.

Lines are not merged; where that matters the real git is asked.
"""

from fakes.graph import Files, Graph


def merged(graph: Graph, ours: str, theirs: str) -> tuple[Files, tuple[str, ...]]:
    """Return the files of the merge and the paths that conflict; those stay as ours has them."""
    common = graph.merge_base(ours, theirs)
    return merged_on(graph.files(common) if common else {}, graph.files(ours), graph.files(theirs))


def merged_on(base: Files, mine: Files, other: Files) -> tuple[Files, tuple[str, ...]]:
    """Return what two sides have made of a base, and the paths that conflict."""
    result: Files = {}
    conflicts = []
    for path in sorted({*base, *mine, *other}):
        before, one, two = base.get(path), mine.get(path), other.get(path)
        taken = two if one == before else one
        if one not in (before, two) and two != before:
            conflicts.append(path)
        if taken is not None:
            result[path] = taken
    return result, tuple(conflicts)
