"""
The sources side by side
========================

Severity of every dilemma by the public, the staff and the records, and their mean: where they lie apart, it hides that.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.sources import plot_sources
from wxsat.records.read import records_of
from wxsat.records.settings import LogFiles, LogSettings
from wxsat.simulate.sources import simulate_sources
from wxsat.simulate.truth import load_truth

instrument, staff = wx.load_instrument("gov-wechat-public"), wx.load_instrument("gov-wechat-operators")
truth = load_truth(instrument.folder / "truth.yaml")
clean = wx.clean(wx.simulate_responses(instrument, truth, n=500, seed=7, accounts=12))
made = simulate_sources(truth, staff, accounts=12, seed=7, messages=20)
records = records_of(made.records, LogSettings(as_of=made.as_of, files=LogFiles(accounts="accounts.csv")))
operators = wx.clean(wx.read_responses(made.staff, staff))
diagnosis = wx.diagnose(clean, audit=wx.audit(records, draws=100), operators=operators, draws=400)
tables = diagnosis.evidence.tables

figure = plot_sources(tables.combined, tables.sources, instrument=instrument, language="en", stamp="simulated data")
Path("sources.svg").write_bytes(render_figure(figure))
print(figure.alt)
