# [all]
from semopy.examples import holzinger39

import wxsat as wx

instrument = wx.load_instrument("gov-wechat-public")
clean = wx.clean(wx.read_responses("answers.csv", instrument))
scales = wx.evaluate_scales(clean, constructs=["PU", "EOU", "SAT", "CI"], cluster="account")
# [/all]

# [items]
columns = ["construct", "item", "n", "mean", "sd", "floor", "ceiling", "item_rest", "alpha_dropped", "loading"]
print(scales.items[columns].head(6).round(2).to_string(index=False))
# [/items]

# [reliability]
columns = ["construct", "n", "alpha", "alpha_ci_lower", "alpha_ci_upper", "omega", "cr", "ave"]
print(scales.reliability[columns].round(2).to_string(index=False))
# [/reliability]

# [validity]
print(scales.htmt.round(2).to_string(index=False))
print(scales.fornell_larcker.round(2).to_string(index=False))
# [/validity]

# [findings]
for finding in scales.findings:
    print(finding.severity, finding.code, finding.message)
print(scales.formulas["omega"])
# [/findings]

# [frame]
pupils = holzinger39.get_data()
tests = wx.evaluate_scales(pupils, scales={"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"]}, draws=0)
print(tests.reliability[["construct", "alpha", "omega", "ave"]].round(3).to_string(index=False))
for finding in tests.findings:
    print(finding.severity, finding.code, finding.message)
# [/frame]
