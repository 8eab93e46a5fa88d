"""
Answers to the items of a dilemma
=================================

Shares of the valid answers, in the direction asked; don't-knows and the number of answers stand beside the bars.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.likert import plot_likert

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400, seed=7)
clean = wx.clean(responses)
items = [item for construct in ("FRAG", "LOOP", "CAP") for item in instrument.item_ids_of(construct, "standard")]

figure = plot_likert(
    clean, items, language="en", title="Answers: institutions, resources, mechanisms", stamp="simulated data"
)
Path("likert.svg").write_bytes(render_figure(figure))
print(figure.alt)
