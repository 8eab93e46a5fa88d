"""
Expected gain of each remedy
============================

Points of satisfaction expected if one dilemma were brought to the target, and all four together.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.levers import plot_levers

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)
diagnosis = wx.diagnose(clean, cluster="account")

figure = plot_levers(diagnosis.levers, language="en", instrument=instrument, stamp="simulated data")
Path("levers.svg").write_bytes(render_figure(figure))
print(figure.alt)
