"""
Severity over waves
===================

A change is told only where the same is measured at every wave and its interval leaves out zero.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.tracking import plot_tracking
from wxsat.simulate.truth import load_truth

instrument = wx.load_instrument("gov-wechat-public")
truth = load_truth(instrument.folder / "truth.yaml")
better = dict(truth.measurement.means) | {"FRAG": 3.8, "LOOP": 4.2, "CAP": 3.7}
later = truth.model_copy(update={"measurement": truth.measurement.model_copy(update={"means": better})})
waves = [
    wx.Wave(name, wx.clean(wx.simulate_responses(instrument, of, n=250, seed=seed)))
    for name, of, seed in [("2025", truth, 1), ("2026", later, 2)]
]

figure = plot_tracking(
    wx.track_waves(waves, cluster="account").levels, instrument=instrument, language="en", stamp="simulated data"
)
Path("tracking.svg").write_bytes(render_figure(figure))
print(figure.alt)
