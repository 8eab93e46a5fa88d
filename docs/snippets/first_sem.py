# [data]
from semopy.examples import political_democracy

import wxsat as wx

data = political_democracy.get_data()
# [/data]

# [fit]
model = """
    ind60 =~ x1 + x2 + x3
    dem60 =~ y1 + y2 + y3 + y4
    dem65 =~ y5 + y6 + y7 + y8

    dem60 ~ a*ind60
    dem65 ~ c*ind60 + b*dem60

    y1 ~~ y5
    y2 ~~ y4 + y6
    y3 ~~ y7
    y4 ~~ y8
    y6 ~~ y8

    indirect := a*b
    total    := c + a*b
"""
fit = wx.fit_sem(model, data)
# [/fit]

# [findings]
print(fit.converged, fit.n_obs, fit.refused)
for finding in fit.findings:
    print(finding.severity, finding.code, finding.message)
# [/findings]

# [measures]
for name in ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "srmr", "aic"):
    print(f"{name:15}{fit.fit_measures[name]:10.3f}")
# [/measures]

# [parameters]
structure = fit.parameters[fit.parameters["op"].isin(["~", ":="])]
columns = ["lhs", "op", "rhs", "estimate", "std_error", "z", "p_value", "ci_lower", "ci_upper", "std_all"]
print(structure[columns].round(3).to_string(index=False))
# [/parameters]

# [effects]
columns = ["outcome", "source", "kind", "estimate", "std_error", "path"]
print(fit.effects[columns].round(3).to_string(index=False))
print(fit.r2[fit.r2["variable"].isin(fit.latent_names)].round(3).to_string(index=False))
# [/effects]

# [residuals]
largest = fit.residuals.assign(size=fit.residuals["correlation"].abs()).nlargest(3, "size")
print(largest[["a", "b", "observed", "implied", "correlation"]].round(3).to_string(index=False))
# [/residuals]
