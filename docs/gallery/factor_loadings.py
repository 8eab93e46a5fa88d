"""
Loadings of an exploratory factor analysis
==========================================

Items under the factor of their largest loading; figures below .30 in grey.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import wxsat as wx
from wxsat.present.figures.factor_loadings import plot_factor_loadings
from wxsat.present.figures.figure import render_figure

rng = np.random.default_rng(1)
traits = rng.normal(size=(400, 1)) * [0.6, 0.6] + 0.8 * rng.normal(size=(400, 2))
answers = np.clip(np.round(3 + traits.repeat(3, axis=1) + 0.7 * rng.normal(size=(400, 6))), 1, 5)
frame = pd.DataFrame(answers, columns=["T1", "T2", "T3", "U1", "U2", "U3"])
scales = {"Trust": ["T1", "T2", "T3"], "Use": ["U1", "U2", "U3"]}
analysis = wx.evaluate_factors(frame, scales=scales, n_factors=2, parallel=0)

figure = plot_factor_loadings(analysis, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
