# [data]
import numpy as np
import pandas as pd

import wxsat as wx

rng = np.random.default_rng(4)
parts = []
for city, level in (("A", 0.0), ("B", 0.4)):
    trust = level + rng.normal(size=(600, 1))
    latent = trust * [0.8, 0.7, 0.75, 0.6, 0.7] + rng.normal(size=(600, 5)) * 0.6
    latent[:, 4] += 0.5 if city == "B" else 0.0  # the fifth item is worded more kindly in city B
    codes = np.digitize(latent, [-1.8, -1.0, -0.2, 0.8]) + 1
    parts.append(pd.DataFrame(codes, columns=["T1", "T2", "T3", "T4", "T5"]).assign(city=city))
answers = pd.concat(parts, ignore_index=True)
model = "trust =~ T1 + T2 + T3 + T4 + T5"
# [/data]

# [ordinal]
found = wx.evaluate_invariance(model, answers, group="city", ordered="all", rule="test", compare_means=True)
print(found.verdict.text)
print(found.freed[["order", "step", "parameter", "chisq", "df"]].round(2).to_string(index=False))
print(found.effect_sizes.round(2).to_string(index=False))
print(found.means[["factor", "block", "mean", "std_error", "d"]].round(2).to_string(index=False))
# [/ordinal]

# [align]
accounts = []
for number in range(20):
    trust = rng.normal(size=(120, 1)) + 0.05 * number
    values = trust * [0.8, 0.7, 0.75, 0.6] + rng.normal(size=(120, 4)) * 0.6
    if number in (4, 11):
        values[:, 0] += 0.9
    accounts.append(pd.DataFrame(values, columns=["T1", "T2", "T3", "T4"]).assign(account=f"a{number:02d}"))
aligned = wx.align_groups("trust =~ T1 + T2 + T3 + T4", pd.concat(accounts), group="account")
print(aligned.means.head(3).round(2).to_string(index=False))
print(aligned.parameters.query("intercept_differs")[["group", "item"]].to_string(index=False))
# [/align]
