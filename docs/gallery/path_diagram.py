"""
Path diagram of a fitted model
==============================

Layers from cause to outcome, standardised coefficients on the arrows, explained variance in the ellipses.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.path_diagram import plot_path_diagram

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)
result = wx.fit_sem("tam", clean)

figure = plot_path_diagram(result, language="en", instrument=instrument, stamp="simulated data")
Path("path.svg").write_bytes(render_figure(figure))
print(figure.alt)
