# [data]
import numpy as np
import pandas as pd

import wxsat as wx

rng = np.random.default_rng(7)
n = 403
image = rng.normal(size=n)
quality = 0.6 * image + 0.8 * rng.normal(size=n)
satisfaction = 0.2 * image + 0.6 * quality + 0.6 * rng.normal(size=n)


def answers(latent, name):
    items = latent[:, None] * 0.8 + 0.6 * rng.normal(size=(n, 3))
    points = np.clip(np.round(7 + 1.5 * items), 1, 10)
    return pd.DataFrame(points, columns=[f"{name}{k}" for k in (1, 2, 3)])


frame = pd.concat([answers(image, "I"), answers(quality, "Q"), answers(satisfaction, "S")], axis=1)
frame["city"] = np.where(rng.random(n) < 0.5, "north", "south")
frame.to_csv("composites.csv", index=False)
model = """
Image =~ I1 + I2 + I3
Quality =~ Q1 + Q2 + Q3
Satisfaction =~ S1 + S2 + S3
Quality ~ Image
Satisfaction ~ Image + Quality
"""
# [/data]

# [fit]
fit = wx.fit_pls(model, frame, draws=1000, seed=1, scale=(1, 10), target="Satisfaction")
print(fit.paths[["from", "to", "estimate", "std_error", "ci_lower", "ci_upper", "f2"]].round(3).to_string(index=False))
print(fit.index[["construct", "mean", "equal_weights"]].round(1).to_string(index=False))
# [/fit]

# [importance]
print(fit.importance[["construct", "importance", "performance", "quadrant"]].round(2).to_string(index=False))
# [/importance]

# [predict]
found = wx.predict_pls(model, frame, repeats=2)
print(found.items[["item", "rmse", "rmse_lm", "rmse_mean", "q2_predict"]].round(3).to_string(index=False))
print(found.q2[["construct", "q2"]].round(3).to_string(index=False))
# [/predict]

# [groups]
groups = wx.compare_groups(model, frame, "city", draws=500)
print(groups.micom[["construct", "c", "p_composition", "invariance"]].round(3).to_string(index=False))
print(groups.paths[["from", "to", "difference", "p_value"]].round(3).to_string(index=False))
# [/groups]

# [beside]
both = wx.set_beside(model, frame, draws=200)
print(both.paths[["from", "to", "cb", "pls", "plsc"]].round(3).to_string(index=False))
print(both.differences[["topic", "cb", "pls", "plsc"]].to_string(index=False))
# [/beside]
