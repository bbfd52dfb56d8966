"""One line of the table that the benchmarks print.

Next: benchmarks/measures.py
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Args:
        work: what was done.
        measured: the figure itself, with its unit.
        floor: what it is compared with, measured in this run; empty for absolute figures.
        value: what the target is about.
        target: bound; None where there is none.
        at_least: whether more is better.
        unit: of `value`; `x` for a ratio.
    """

    work: str
    measured: str
    floor: str
    value: float
    target: float | None = None
    at_least: bool = False
    unit: str = "x"

    @property
    def met(self) -> bool:
        """Whether the target is met; what has none always is."""
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target


def line(figure: Figure) -> str:
    """One row of the table."""
    unit = figure.unit if figure.unit in {"", "x"} else f" {figure.unit}"
    value = f"{figure.value:.0f}{unit}" if figure.value >= 100 or figure.unit == "events" else f"{figure.value:.2f}{unit}"
    if figure.target is None:
        wanted, mark = "", ""
    else:
        wanted = f"{'>=' if figure.at_least else '<='} {figure.target:g}{unit}"
        mark = "met" if figure.met else "**missed**"
    return f"| {figure.work} | {figure.measured} | {figure.floor} | {value} | {wanted} | {mark} |"
