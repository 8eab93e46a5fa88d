import wxsat as wx

outcome = wx.run_study("my-study")
print(outcome.refused, outcome.content.responses.n)
for model in outcome.content.models:
    print(model.id, round(model.result.fit_measures["cfi"], 3))
