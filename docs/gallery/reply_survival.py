"""
How long messages wait for a reply
==================================

The share of messages still without a person's reply, working day by working day; what is unanswered is censored.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.reply_survival import plot_reply_survival
from wxsat.records.audit import audit
from wxsat.records.read import records_of
from wxsat.records.settings import LogFiles, LogSettings
from wxsat.simulate.sources import simulate_sources
from wxsat.simulate.truth import load_truth

truth = load_truth(wx.load_instrument("gov-wechat-public").folder / "truth.yaml")
made = simulate_sources(truth, wx.load_instrument("gov-wechat-operators"), accounts=8, seed=7)
records = records_of(made.records, LogSettings(as_of=made.as_of, files=LogFiles(accounts="accounts.csv")))

figure = plot_reply_survival(audit(records, draws=50).reply_times, language="en", stamp="simulated data")
Path("reply_survival.svg").write_bytes(render_figure(figure))
print(figure.alt)
