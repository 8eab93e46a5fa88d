"""
Scree with parallel analysis
============================

Eigenvalues of the data beside those of random data: how many factors stand out.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.scree import plot_scree

rng = np.random.default_rng(1)
traits = rng.normal(size=(400, 1)) * [0.6, 0.6] + 0.8 * rng.normal(size=(400, 2))
answers = np.clip(np.round(3 + traits.repeat(3, axis=1) + 0.7 * rng.normal(size=(400, 6))), 1, 5)
frame = pd.DataFrame(answers, columns=["T1", "T2", "T3", "U1", "U2", "U3"])
scales = {"Trust": ["T1", "T2", "T3"], "Use": ["U1", "U2", "U3"]}
analysis = wx.evaluate_factors(frame, scales=scales, n_factors=2, parallel=100)

figure = plot_scree(analysis.parallel, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
