import wxsat as wx

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.read_responses("answers.csv", instrument)
clean = wx.clean(responses)
scales = wx.evaluate_scales(clean)
fit = wx.fit_sem("tam", clean)
diagnosis = wx.diagnose(clean)
wx.render_report([clean, scales, fit, diagnosis], to="report.html")
