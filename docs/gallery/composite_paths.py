"""
Paths of a composite model
==========================

Paths, loadings and explained variance of a model estimated by partial least squares.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.pls_path import plot_composite_paths

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
model = "PU =~ PU1 + PU2 + PU3\nEOU =~ EOU1 + EOU2 + EOU3\nSAT =~ SAT1 + SAT2 + SAT3\nSAT ~ PU + EOU\nPU ~ EOU"
result = wx.fit_pls(model, wx.clean(responses), draws=200, seed=1)

figure = plot_composite_paths(result, instrument=instrument, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
