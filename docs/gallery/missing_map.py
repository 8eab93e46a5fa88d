"""
Patterns of missing answers
===========================

One row a pattern, the most frequent first; the share that every item lacks beside its name.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.missing_map import plot_missing_map

rng = np.random.default_rng(1)
traits = rng.normal(size=(400, 1)) * [0.6, 0.6] + 0.8 * rng.normal(size=(400, 2))
answers = np.clip(np.round(3 + traits.repeat(3, axis=1) + 0.7 * rng.normal(size=(400, 6))), 1, 5)
frame = pd.DataFrame(answers, columns=["T1", "T2", "T3", "U1", "U2", "U3"])
scales = {"Trust": ["T1", "T2", "T3"], "Use": ["U1", "U2", "U3"]}
frame = frame.mask(rng.random(frame.shape) < [0.02, 0.02, 0.10, 0.02, 0.05, 0.02])
report = wx.evaluate_missing(frame, scales=scales, imputations=0)

figure = plot_missing_map(report.patterns, list(report.shares), report.shares, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
