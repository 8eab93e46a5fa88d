"""Draw the figure of docs/explanation/ordinal-or-continuous.md from the committed table of ordinal_recovery.py.

python benchmarks/ordinal_recovery_figure.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pandas as pd

mpl.use("svg")
from matplotlib import pyplot as plt

from wxsat.present import theme

HERE = Path(__file__).parent
OUT = HERE.parent / "docs" / "_static" / "ordinal-recovery.svg"
SERIES = (("WLSMV", "o", theme.BLUE), ("ML", "X", theme.VERMILION), ("MLR", "D", theme.MUTED))
CONDITIONS = ("symmetric", "skewed", "strongly skewed")


def main() -> None:
    """Plot bias and coverage of every parameter by condition and estimator."""
    table = pd.read_csv(HERE / "ordinal_recovery.csv")
    plt.rcParams.update({"svg.hashsalt": "wxsat", "font.size": 10, "svg.fonttype": "path"})
    figure, axes = plt.subplots(1, 2, figsize=(8.6, 3.6), layout="constrained")
    for ax, column, label in (
        (axes[0], "relative_bias", "relative bias (%)"),
        (axes[1], "coverage", "coverage of 95 % intervals (%)"),
    ):
        band = (-2, 2) if column == "relative_bias" else (93, 97)
        ax.axhspan(*band, color=theme.PANEL, zorder=0)
        for offset, (name, marker, colour) in zip((-0.22, 0.0, 0.22), SERIES, strict=True):
            for place, condition in enumerate(CONDITIONS):
                rows = table[(table["estimator"] == name) & (table["thresholds"] == condition)]
                factor = rows["parameter"] == "F~~G"
                for own, filled in ((rows[~factor], True), (rows[factor], False)):
                    ax.scatter(
                        [place + offset] * len(own), 100 * own[column], marker=marker, s=26, zorder=3,
                        facecolors=colour if filled else "white", edgecolors=colour, linewidths=1.0,
                        label=name if filled and place == 0 else None,
                    )  # fmt: skip
        ax.set_xticks(range(len(CONDITIONS)), CONDITIONS)
        ax.set_ylabel(label)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].axhline(0, color=theme.FAINT, linewidth=1, zorder=1)
    axes[1].axhline(95, color=theme.FAINT, linewidth=1, zorder=1)
    axes[0].legend(frameon=False, loc="lower left")
    figure.savefig(OUT, metadata={"Date": None})


if __name__ == "__main__":
    main()
