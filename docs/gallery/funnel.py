"""
From asked to valid
===================

Those who were asked, opened, consented, completed, and whose answers count.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.funnel import plot_funnel
from wxsat.responses.funnel import response_funnel

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)
funnel = response_funnel(clean, sent=20000, opened=2600)

figure = plot_funnel(funnel, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
