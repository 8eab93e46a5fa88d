"""
Importance and performance of composites
========================================

Total effects on one construct beside the mean of every other, from 0 to 100.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.ipma import plot_ipma

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
model = "PU =~ PU1 + PU2 + PU3\nEOU =~ EOU1 + EOU2 + EOU3\nSAT =~ SAT1 + SAT2 + SAT3\nSAT ~ PU + EOU\nPU ~ EOU"
result = wx.fit_pls(model, wx.clean(responses), draws=200, seed=1, target="SAT")

figure = plot_ipma(result, instrument=instrument, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
