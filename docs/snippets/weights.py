# [data]
import numpy as np
import pandas as pd

import wxsat as wx

rng = np.random.default_rng(7)
n = 600
people = pd.DataFrame({"district": rng.choice(["east", "west", "hills"], n, p=[0.5, 0.3, 0.2])})
people["gender"] = rng.choice(["female", "male"], n, p=[0.62, 0.38])
people["age"] = rng.choice(["18-35", "36-55", "56+"], n, p=[0.5, 0.35, 0.15])
people["office"] = people["district"] + rng.integers(1, 9, n).astype(str)
people["score"] = 60 + 6 * people["age"].eq("56+") + 4 * people["gender"].eq("male") + rng.normal(0, 12, n)
margins = {
    "gender": {"female": 0.51, "male": 0.49},
    "age": {"18-35": 182000, "36-55": 201000, "56+": 134000},
}
# [/data]

# [weights]
weighting = wx.weight_responses(people, margins, method="rake", trim=5)
print(round(weighting.deff, 3), round(weighting.n_effective, 1))
people["weight"] = weighting.weights
# [/weights]

# [design]
design = wx.SurveyDesign(people, sampling="probability", strata="district", clusters="office").calibrate(margins)
columns = ["variable", "group", "n", "estimate", "std_error", "ci_lower", "ci_upper", "deff"]
print(wx.estimate_mean(design, "score", by="gender").table[columns].round(2).to_string(index=False))
print(round(wx.estimate_quantile(design, "score", [0.5]).estimate, 1))
# [/design]

# [subset]
older = design.subset("age == '56+'")
print(round(wx.estimate_mean(older, "score").estimate, 2), older.degrees_of_freedom)
# [/subset]

# [replicates]
drawn = wx.SurveyDesign(people, sampling="probability", strata="district", clusters="office")
drawn = drawn.replicate("JKn").calibrate(margins)
print(round(wx.estimate_mean(drawn, "score").std_error, 3), round(wx.estimate_mean(design, "score").std_error, 3))
# [/replicates]

# [rates]
rates = wx.evaluate_outcome_rates({"I": 4, "P": 2, "R": 1, "NC": 1, "O": 1, "UH": 1, "UO": 1, "NE": 1})
print({name: round(value, 3) for name, value in rates.rates.items() if name.startswith("RR")}, rates.e)
# [/rates]
