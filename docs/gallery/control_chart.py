"""
Control charts, month by month
==============================

The moving average of a monthly figure within limits that chance alone keeps to; diamonds mark the months beyond.
"""

from pathlib import Path

import pandas as pd

from wxsat.present.figures.control_chart import plot_control_charts
from wxsat.present.figures.figure import render_figure

scores = [74.2, 73.5, 74.8, 74.0, 73.1, 74.5, 74.9, 73.8, 76.4, 77.0, 77.3, 76.8]
months = pd.DataFrame({"month": [f"2025-{m:02d}" for m in range(1, 13)], "value": scores})
title = "Supervisors: mean fair score of all accounts"

figure = plot_control_charts({title: months}, units={title: "points"}, language="en", stamp="simulated data")
Path("control_chart.svg").write_bytes(render_figure(figure))
print(figure.alt)
