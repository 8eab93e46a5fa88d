"""
Discriminant validity (HTMT)
============================

The heterotrait-monotrait ratio of every pair of constructs; frames mark the two conventions.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.htmt import plot_htmt

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)
scales = wx.evaluate_scales(clean, draws=50)

figure = plot_htmt(scales.htmt, language="en", instrument=instrument, stamp="simulated data")
Path("htmt.svg").write_bytes(render_figure(figure))
print(figure.alt)
