"""
Reliability of the scales
=========================

Coefficient alpha with its interval, omega and composite reliability of every construct.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.reliability import plot_reliability

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)
scales = wx.evaluate_scales(clean, draws=50)

figure = plot_reliability(scales.reliability, language="en", instrument=instrument, stamp="simulated data")
Path("reliability.svg").write_bytes(render_figure(figure))
print(figure.alt)
