# [data]
import numpy as np
import pandas as pd

import wxsat as wx

rng = np.random.default_rng(1)
trust = rng.normal(size=(400, 1))
latent = trust * [0.8, 0.7, 0.75, 0.6] + rng.normal(size=(400, 4)) * [0.6, 0.71, 0.66, 0.8]
# Four items, five points, most people at the upper end: correlation .56 between the first two.
answers = pd.DataFrame(np.digitize(latent, [-2.2, -1.4, -0.8, 0.1]) + 1, columns=["T1", "T2", "T3", "T4"])
# [/data]

# [correlations]
found = wx.polychoric(answers, std_errors=True)
print(found.frame().round(3))
print("Pearson", round(answers["T1"].corr(answers["T2"]), 3), "standard error", round(found.std_error[0, 1], 3))
# [/correlations]

# [thresholds]
print(found.threshold_frame().head(4).round(3).to_string(index=False))
# [/thresholds]

# [findings]
for finding in found.findings[:1]:
    print(finding.severity, finding.code, finding.message)
print(found.empty_tables[0].counts)
# [/findings]
