# %% [markdown]
# # 读一份结果 / Reading a result
#
# For a policy writer: which dilemma is severe, how sure that is, what it costs, what to do first.
# The answers are simulated: nobody answered.

# %%
import wxsat as wx
from wxsat.instrument.load import find_instrument
from wxsat.simulate.respondents import simulate_responses

instrument = wx.load_instrument("gov-wechat-public")
truth = find_instrument("gov-wechat-public").parent / "truth.yaml"
clean = wx.clean(simulate_responses(instrument, truth, 600, seed=5, accounts=20))
diagnosis = wx.diagnose(clean, cluster="account", draws=500)

# %% [markdown]
# How severe, from 0 to 100, and with what probability above 40?

# %%
dilemmas = diagnosis.severity[diagnosis.severity["level"] == "dilemma"]
dilemmas[["id", "S", "ci_lower", "ci_upper", "p40", "band", "verdict"]].round(2)

# %% [markdown]
# What would satisfaction be expected to gain under the model? The gains overlap: they do not add up.

# %%
diagnosis.levers[["lever", "severity", "target", "gain", "ci_lower", "ci_upper", "own", "extrapolation"]].round(1)

# %% [markdown]
# What must be known before any of this is cited?

# %%
for finding in diagnosis.findings:
    print(finding.code, finding.severity, "-", finding.message)
