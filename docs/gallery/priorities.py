"""
Importance-performance map
==========================

What satisfaction depends on, and how well that stands: the lower right quadrant comes first.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.priorities import plot_priorities

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)
diagnosis = wx.diagnose(clean, cluster="account")

figure = plot_priorities(diagnosis.priorities, language="en", instrument=instrument, stamp="simulated data")
Path("priorities.svg").write_bytes(render_figure(figure))
print(figure.alt)
