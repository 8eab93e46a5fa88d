"""
Measurement invariance
======================

Change of CFI at every step of the ladder, with the difference test.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.invariance import plot_invariance

rng = np.random.default_rng(1)
traits = rng.normal(size=(400, 1)) * [0.6, 0.6] + 0.8 * rng.normal(size=(400, 2))
answers = np.clip(np.round(3 + traits.repeat(3, axis=1) + 0.7 * rng.normal(size=(400, 6))), 1, 5)
frame = pd.DataFrame(answers, columns=["T1", "T2", "T3", "U1", "U2", "U3"])
scales = {"Trust": ["T1", "T2", "T3"], "Use": ["U1", "U2", "U3"]}
frame["place"] = np.where(np.arange(400) < 200, "town", "country")
frame.loc[frame["place"] == "town", "U3"] += 0.6
model = "Trust =~ T1 + T2 + T3\nUse =~ U1 + U2 + U3"
result = wx.evaluate_invariance(model, frame, group="place")

figure = plot_invariance(result, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
