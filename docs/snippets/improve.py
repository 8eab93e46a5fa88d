# [diagnose]
import wxsat as wx

instrument = wx.load_instrument("gov-wechat-public")
clean = wx.clean(wx.read_responses("answers.csv", instrument))
diagnosis = wx.diagnose(clean)
# [/diagnose]

# [severity]
dilemmas = diagnosis.severity[diagnosis.severity["level"] == "dilemma"]
columns = [
    "id",
    "S",
    "ci_lower",
    "ci_upper",
    "method_lower",
    "method_upper",
    "p40",
    "band",
    "verdict",
    "n",
    "n_clusters",
]
print(dilemmas[columns].round(2).to_string(index=False))
# [/severity]

# [priorities]
columns = ["driver", "kind", "importance", "performance", "quadrant", "p_act_first"]
print(diagnosis.priorities[columns].round(2).to_string(index=False))
# [/priorities]

# [levers]
columns = [
    "lever",
    "dilemma",
    "severity",
    "target",
    "gain",
    "ci_lower",
    "ci_upper",
    "own",
    "own_share",
    "extrapolation",
]
print(diagnosis.levers[columns].round(2).to_string(index=False))
# [/levers]

# [findings]
for finding in diagnosis.findings:
    print(finding.severity, finding.code, finding.message)
# [/findings]

# [settings]
for name in ("target", "draws", "severe_if_p40_at_least", "suppress_below", "n_clusters"):
    print(name, diagnosis.settings[name])
# [/settings]
