"""
Power and number of respondents
===============================

Share of simulated samples in which a path differs from zero, by the number of respondents.
"""

from pathlib import Path

import wxsat as wx
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.power_curve import plot_power

population = "SAT ~ 0.25*PU + 0.10*EOU\nPU ~~ 1*PU\nEOU ~~ 1*EOU\nPU ~~ 0.4*EOU\nSAT ~~ 0.9*SAT"
power = wx.evaluate_power(population, [100, 200, 400, 800], replicates=200, seed=1)

figure = plot_power(power.parameters, language="en", stamp="simulated data")
Path(f"{figure.id}.svg").write_bytes(render_figure(figure))
print(figure.alt)
