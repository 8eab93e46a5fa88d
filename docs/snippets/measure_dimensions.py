# [factors]
from semopy.examples import holzinger39

import wxsat as wx

pupils = holzinger39.get_data()
items = ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9"]
analysis = wx.evaluate_factors(pupils, columns=items, parallel=200, seed=1)
print(f"KMO {analysis.adequacy.overall:.3f}, MAP {analysis.average_partial.n_squared}")
print(f"parallel analysis: {analysis.parallel.n_components} components, {analysis.parallel.n_factors} factors")
print(analysis.loadings_frame().round(2).to_string(index=False))
print(analysis.phi_frame().round(2).to_string())
for finding in analysis.findings:
    print(finding.severity, finding.code, finding.message)
# [/factors]

# [cfa]
print(analysis.cfa_model())
fit = wx.fit_sem(analysis.cfa_model(), pupils)
print(f"CFI {fit.fit_measures['cfi']:.3f}, RMSEA {fit.fit_measures['rmsea']:.3f}")
# [/cfa]

# [irt]
instrument = wx.load_instrument("gov-wechat-public")
clean = wx.clean(wx.read_responses("answers.csv", instrument))
(usefulness,) = wx.evaluate_item_response(clean, constructs=["PU"])
print(usefulness.parameters().head(7).round(2).to_string(index=False))
print(usefulness.information([-2, 0, 2])[["theta", "test", "std_error"]].round(2).to_string(index=False))
# [/irt]

# [hierarchy]
nine = wx.evaluate_scales(pupils, scales={"mind": items}, draws=200)
print(nine.reliability[["construct", "alpha", "omega", "omega_h", "omega_h_bifactor"]].round(2).to_string(index=False))
for finding in nine.findings:
    if finding.code == "MEAS-184":
        print(finding.severity, finding.message)
# [/hierarchy]

# [esem]
model = """
efa("tests")*visual + efa("tests")*textual + efa("tests")*speed =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9
visual ~ ageyr
textual ~ ageyr
speed ~ ageyr
"""
explored = wx.fit_sem(model, pupils, rotation="geomin")
loadings = explored.parameters.query("op == '=~'").pivot(index="rhs", columns="lhs", values="std_all")
print(loadings[["visual", "textual", "speed"]].round(2).to_string())
paths = explored.parameters.query("op == '~'")
print(paths[["lhs", "rhs", "estimate", "std_error", "p_value"]].round(3).to_string(index=False))
# [/esem]
