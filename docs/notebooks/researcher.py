# %% [markdown]
# # From answers to a diagnosis
#
# For a researcher who has an export and wants to see every step. The answers are simulated: nobody answered.

# %%
import wxsat as wx
from wxsat.instrument.load import find_instrument
from wxsat.simulate.respondents import simulate_export

instrument = wx.load_instrument("gov-wechat-public")
truth = find_instrument("gov-wechat-public").parent / "truth.yaml"
simulate_export(instrument, truth, 400, seed=3, accounts=20).to_csv("answers.csv", index=False)

# %% [markdown]
# Reading gives every empty cell a reason; cleaning keeps a ledger of every exclusion.

# %%
responses = wx.read_responses("answers.csv", instrument)
clean = wx.clean(responses)
clean.flow

# %% [markdown]
# Do the scales measure?

# %%
scales = wx.evaluate_scales(clean, draws=0)
scales.reliability[["construct", "n", "alpha", "omega", "cr", "ave"]].round(2).head(8)

# %% [markdown]
# Does the model hold?

# %%
fit = wx.fit_sem("tam", clean, estimator="MLR")
fit

# %% [markdown]
# How severe are the four dilemmas in people's eyes?

# %%
diagnosis = wx.diagnose(clean, cluster="account", draws=500)
diagnosis
