"""
Response surface of two ratings
===============================

Satisfaction over what the public experience and what the staff claim, with the lines of agreement and disagreement.
"""

from pathlib import Path

import numpy as np

from wxsat.diagnosis.gaps import response_surface
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.response_surface import plot_response_surface

rng = np.random.default_rng(7)
experienced, claimed = rng.uniform(10, 90, 400), rng.uniform(30, 80, 400)
outcome = 55 + 0.4 * (experienced - 50) - 0.006 * (experienced - claimed) ** 2 + rng.normal(0, 6, 400)
fitted = response_surface(outcome, experienced, claimed)
seen = {"x_lower": 10.0, "x_upper": 90.0, "y_lower": 30.0, "y_upper": 80.0}
table = fitted.coefficients.assign(n=fitted.n, r2=fitted.r2, **seen)

figure = plot_response_surface(table, language="en", stamp="simulated data")
Path("response_surface.svg").write_bytes(render_figure(figure))
print(figure.alt)
