"""Figures: each chooses (result to small frozen data) and then draws (data to a figure).

Every ``plot_`` function returns a :class:`~wxsat.present.figures.figure.FigureSpec`; ``render_figure`` turns it into
SVG or PNG bytes.
"""
