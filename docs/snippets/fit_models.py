# [data]
import numpy as np
from semopy.examples import holzinger39

import wxsat as wx
from wxsat.sem.bootstrap.run import bootstrap_sem

data = holzinger39.get_data()
model = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def line(name, fit):
    shown = {key: fit.fit_measures[key] for key in ("chisq", "df", "cfi", "rmsea")}
    print(f"{name:12}{fit.estimator:5}" + " ".join(f"{key} {value:.3f}" for key, value in shown.items()))


# [/data]

# [groups]
steps = {"configural": "", "metric": "loadings", "scalar": "loadings,intercepts"}
fits = {name: wx.fit_sem(model, data, group="school", group_equal=equal) for name, equal in steps.items()}
for name, fit in fits.items():
    line(name, fit)
partial = wx.fit_sem(model, data, group="school", group_equal="loadings,intercepts", group_partial=["x3~1", "x7~1"])
line("partial", partial)
# [/groups]

# [missing]
holes = data.astype({f"x{i}": float for i in range(1, 10)})
holes.loc[holes["ageyr"] > 13, ["x5", "x9"]] = np.nan
line("listwise", wx.fit_sem(model, holes))
line("fiml", wx.fit_sem(model, holes, missing="fiml", estimator="MLR"))
# [/missing]

# [cluster]
data["weight"] = 1 + data["id"] % 5 / 4
data["class"] = data["id"] // 12
fit = wx.fit_sem(model, data, weights="weight", cluster="class")
line("survey", fit)
print(fit.tests[["test", "statistic", "df", "p_value", "scaling_factor"]].round(3).to_string(index=False))
for finding in fit.findings:
    print(finding.severity, finding.code, finding.message)
# [/cluster]

# [bootstrap]
drawn = bootstrap_sem("visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ visual", data, draws=500, seed=7)
print({name: drawn.counts[name] for name in ("drawn", "used", "failed", "inadmissible")})
raw = drawn.intervals[(drawn.intervals["quantity"] == "parameter") & (drawn.intervals["scale"] == "raw")]
print(
    raw[raw["name"] == "speed~visual"][["name", "estimate", "std_error", "ci_lower", "ci_upper"]]
    .round(2)
    .to_string(index=False)
)
# [/bootstrap]

# [ordinal]
items = [f"x{i}" for i in range(1, 10)]
answers = data[items].apply(lambda item: np.digitize(item, item.quantile([0.15, 0.4, 0.7, 0.9])) + 1)
ordinal = wx.fit_sem(model, answers, ordered="all")
figures = ordinal.fit_measures
print(f"{ordinal.estimator}: chisq {figures['chisq_scaled']:.3f} df {figures['df']:.0f} (scaled)")
print(f"robust: cfi {figures['cfi_robust']:.3f} rmsea {figures['rmsea_robust']:.3f}")
print(ordinal.parameters.query("lhs == 'x1'")[["lhs", "op", "rhs", "estimate", "std_error"]].round(3).to_string())
apart = wx.fit_sem(model + "\ntextual ~~ 0*speed", answers, ordered="all")
difference = wx.compare_sem(ordinal, apart).test
print(f"scaled difference {difference.statistic:.2f} df {difference.df:.0f} p {difference.p_value:.4f}")
# [/ordinal]
