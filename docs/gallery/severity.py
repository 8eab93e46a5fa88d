"""
Severity of the four dilemmas
=============================

How grave each dilemma and each of its parts is, with 95% intervals, on the bands of the convention.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.severity import plot_severity

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)
diagnosis = wx.diagnose(clean, cluster="account")

figure = plot_severity(diagnosis.severity, language="en", instrument=instrument, stamp="simulated data")
Path("severity.svg").write_bytes(render_figure(figure))
print(figure.alt)
