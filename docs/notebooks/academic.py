# %% [markdown]
# # A model, its groups and its scales
#
# For an academic who imports the package: Holzinger and Swineford's data, any data frame will do.

# %%
from semopy.examples import holzinger39

import wxsat as wx

data = holzinger39.get_data()
model = """
visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9
"""
fit = wx.fit_sem(model, data)
fit

# %% [markdown]
# Every table is a data frame.

# %%
fit.parameters.query("op == '=~'")[["lhs", "rhs", "estimate", "std_error", "std_all"]].round(3)

# %% [markdown]
# What would be better if it were free?

# %%
wx.fit_sem(model, data, modification=True).modification.sort_values("mi", ascending=False).head(3).round(2)

# %% [markdown]
# Do the two schools measure the same? Nothing is compared before this is known.

# %%
ladder = wx.evaluate_invariance(model, data, group="school")
ladder

# %% [markdown]
# The same constructs without forcing cross-loadings to zero.

# %%
items = " + ".join(f"x{i}" for i in range(1, 10))
esem = wx.fit_sem(f'efa("all")*f1 + efa("all")*f2 + efa("all")*f3 =~ {items}', data, rotation="geomin")
esem.parameters.query("op == '=~'").pivot(index="rhs", columns="lhs", values="std_all").round(2)
