"""How long a file and a function may be."""

from statistics import median

from source_tree import Function, Module, modules

FILE_LIMIT, FILE_MEDIAN = 250, 120
FUNCTION_LIMIT, FUNCTION_MEDIAN, USUAL, USUAL_SHARE = 60, 10, 30, 0.9


def length(function: Function) -> int:
    """Return the lines from `def` to the end, decorators not counted."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def measured() -> list[tuple[int, Module, Function]]:
    """Return every function of the package with its length."""
    return [(length(function), module, function) for module in modules() for function in module.functions()]


def test_no_file_is_long() -> None:
    """A file that grows past the limit holds two nouns."""
    wrong = [f"{module.at(module.lines)}: split it by noun" for module in modules() if module.lines >= FILE_LIMIT]
    assert not wrong, "\n".join(wrong)


def test_the_median_file_is_short() -> None:
    """Half of the files fit on two screens."""
    assert median(module.lines for module in modules() if module.lines > 1) < FILE_MEDIAN


def test_no_function_is_long() -> None:
    """A function that grows past the limit does two things."""
    wrong = [
        f"{module.at(function.lineno)}: {function.name} has {lines} lines; split it"
        for lines, module, function in measured()
        if lines > FUNCTION_LIMIT
    ]
    assert not wrong, "\n".join(wrong)


def test_the_usual_function_is_short() -> None:
    """Half of the functions have ten lines at most, nine in ten fewer than thirty."""
    lengths = [lines for lines, _, _ in measured()]
    assert median(lengths) <= FUNCTION_MEDIAN
    share = sum(lines < USUAL for lines in lengths) / len(lengths)
    longest = sorted(measured(), key=lambda row: -row[0])[:10]
    assert share > USUAL_SHARE, "\n".join(f"{module.at(node.lineno)}: {lines}" for lines, module, node in longest)
