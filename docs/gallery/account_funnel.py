"""
Accounts beyond chance
======================

Severity of every account by its number of answers; outside the limits it is more than chance.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.account_funnel import plot_account_funnel
from wxsat.present.figures.figure import render_figure

instrument = wx.load_instrument("gov-wechat-public")
truth = instrument.folder / "truth.yaml"
clean = wx.clean(wx.simulate_responses(instrument, truth, n=900, seed=7, accounts=30))
diagnosis = wx.diagnose(clean, cluster="account")

figure = plot_account_funnel(diagnosis.evidence.accounts, instrument=instrument, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
