"""
Do the rules of cleaning matter?
================================

One headline figure under every sensible combination of cleaning rules.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.specification_curve import plot_specification_curve

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
curve = wx.specification_curve(responses)

figure = plot_specification_curve(
    curve.specifications, curve.figures, "alpha", "PU", instrument=instrument, language="en", stamp="simulated data"
)
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
