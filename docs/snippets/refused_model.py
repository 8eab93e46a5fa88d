# [heywood]
import numpy as np
import pandas as pd

import wxsat as wx

rng = np.random.default_rng(3)
f = rng.normal(size=40)
data = pd.DataFrame({"a": f + 0.05 * rng.normal(size=40), "b": f + rng.normal(size=40), "c": rng.normal(size=40)})
fit = wx.fit_sem("f =~ a + b + c", data)
print(fit.refused)
for finding in fit.findings:
    print(finding.severity, finding.code, finding.message)
# [/heywood]

# [errors]
for model in ("f =~ a + b", "f =~ a + b + d", "f =~ a + b + c ~"):
    try:
        wx.fit_sem(model, data)
    except wx.WxsatError as error:
        print(error, "-> exit code", error.exit_code)
# [/errors]

# [options]
try:
    wx.fit_sem("f =~ a + b + c", data.round(), ordered=["a", "b", "c"], missing="fiml")
except wx.WxsatError as error:
    print(error, "-> exit code", error.exit_code)
# [/options]
