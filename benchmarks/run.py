"""`make bench` and `make bench-smoke`: measure, print the table, keep it in `benchmarks/results.md` and in the README.

No figure fails the run: a target that is missed is marked. `--smoke` measures in small, writes nothing, and only asserts that
every benchmark completes with a ratio that is a positive number.

Next: benchmarks/measures.py
"""

import argparse
import math
import os
import platform
import re
import tempfile
import time
from pathlib import Path

from benchmarks import stack
from benchmarks.figures import Figure, line
from benchmarks.measures import FULL, SMOKE, all_figures

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results.md"
MARKERS = re.compile(r"(<!-- benchmarks -->\n).*?(<!-- /benchmarks -->)", re.DOTALL)
EXPECTED = 19  # figures; one that silently disappears is a defect


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--smoke", action="store_true", help="in small, nothing is written")
    smoke: bool = parser.parse_args().smoke
    sizes, figures, began = SMOKE if smoke else FULL, [], time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder,
        stack.running(Path(folder), users=sizes.users, share=sizes.share) as (running, rows),
    ):
        print(f"{rows:,} rows, everything is up after {time.monotonic() - began:.0f} s", flush=True)
        for figure in all_figures(running, Path(folder), sizes):
            figures.append(figure)
            print(line(figure), flush=True)
    assert len(figures) == EXPECTED, f"{len(figures)} figures"
    assert all(math.isfinite(figure.value) and (figure.value > 0 or not figure.unit) for figure in figures), figures
    print(f"all measured in {time.monotonic() - began:.0f} s")
    if not smoke:
        write(figures, rows)


def write(figures: list[Figure], rows: int) -> None:
    """Keep the table: whole in results.md, what has a target in the README between its markers."""
    head = "| work | measured | floor in the same run | value | target | |\n|---|---|---|---|---|---|\n"
    machine = f"{os.cpu_count()} processors, Python {platform.python_version()}, load {os.getloadavg()[2]:.1f} over 15 minutes"
    said = (
        f"Written by `make bench` on {time.strftime('%Y-%m-%d')}: {machine}; {rows:,} rows. How to read it: docs/benchmarks.md.\n"
    )
    RESULTS.write_text(f"# Benchmarks\n\n{said}\n{head}{''.join(line(each) + chr(10) for each in figures)}", encoding="utf-8")
    short = "| work | value | target | |\n|---|---|---|---|\n"
    for figure in figures:
        if figure.target is not None:
            cells = line(figure).split(" | ")
            short += f"{cells[0]} | {' | '.join(cells[3:])}\n"
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(MARKERS.sub(lambda found: f"{found[1]}{short}{found[2]}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
