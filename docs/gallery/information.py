"""
Information curves of a scale
=============================

Where on the trait a scale measures well, and which items do it.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.information import plot_information

rng = np.random.default_rng(1)
traits = rng.normal(size=(400, 1)) * [0.6, 0.6] + 0.8 * rng.normal(size=(400, 2))
answers = np.clip(np.round(3 + traits.repeat(3, axis=1) + 0.7 * rng.normal(size=(400, 6))), 1, 5)
frame = pd.DataFrame(answers, columns=["T1", "T2", "T3", "U1", "U2", "U3"])
scales = {"Trust": ["T1", "T2", "T3"], "Use": ["U1", "U2", "U3"]}
scale, *_ = wx.evaluate_item_response(frame, scales=scales)

figure = plot_information(scale, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
