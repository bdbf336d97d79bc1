"""Draws the pictures of the README from what the demo really prints: `make pictures`.

Each picture is a part of one run's output; nothing is typed by hand.
"""

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
WIDTH = 118
PARTS = {
    "refused.svg": ("A commit that is refused", "2. Commits that are refused", "3. Commits that are right"),
    "power-cut.svg": ("A release, through a power cut", "6. Finish it, through a power cut", "7. Deploy it"),
    "rolled-back.svg": ("A broken release, taken back by itself", "  go back to 1.1.0", "$ release-tools history"),
    "ledger.svg": ("What plain git and SQL say afterwards", "What plain git and SQL say:", "told in"),
}
STYLES = {
    "$ ": "bold cyan",
    "  ok ": "green",
    "  WRONG": "bold red",
    "  ***": "bold red",
    "  commit-msg: error": "bold red",
}


def main() -> None:
    """Run the demo once and draw its parts."""
    script = Path(sys.executable).with_name("release-tools")
    told = subprocess.run((str(script), "demo"), capture_output=True, text=True, check=True).stdout
    for name, (title, begin, end) in PARTS.items():
        lines = told[told.index(begin) : told.index(end)].strip().split("\n")[1:]
        draw(HERE / name, title, lines)


def draw(path: Path, title: str, lines: list[str]) -> None:
    """Write lines as a picture of a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    for line in lines:
        style = next((style for start, style in STYLES.items() if line.startswith(start)), "")
        console.print(Text(line[:WIDTH], style=style))
    # A picture fetches nothing: the fonts that rich would load from elsewhere are the reader's own.
    drawn = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title=title), flags=re.DOTALL)
    drawn = drawn.replace("Fira Code", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono'")
    path.write_text(re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE), encoding="utf-8")


if __name__ == "__main__":
    main()
