import wxsat as wx

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=500, seed=7)
print(responses.n, responses.provenance["simulated"], responses.provenance["seed"])
again = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=500, seed=7)
print(responses.frame.equals(again.frame))
