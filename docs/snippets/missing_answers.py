# [evaluate]
import wxsat as wx

responses = wx.read_responses("answers.csv", wx.load_instrument("gov-wechat-public"))
report = wx.evaluate_missing(responses, imputations=10, seed=1)
print(f"{report.mcar.statistic:.1f} on {report.mcar.df}, p = {report.mcar.p_value:.3f}")
print(report.means[["construct", "complete", "estimate", "std_error", "fmi"]].head(3).round(3).to_string(index=False))
# [/evaluate]

# [curve]
curve = wx.specification_curve(responses)
severity = curve.summary[curve.summary["kind"] == "severity"]
print(severity[["id", "plan", "none", "min", "max"]].round(1).to_string(index=False))
# [/curve]
