"""
Exclusion flow
==============

How many were read, how many were dropped at each step and why, how many stay.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.exclusion_flow import plot_exclusion_flow
from wxsat.present.figures.figure import render_figure

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)

figure = plot_exclusion_flow(clean.flow, language="en", stamp="simulated data")
Path("exclusion-flow.svg").write_bytes(render_figure(figure))
print(figure.alt)
