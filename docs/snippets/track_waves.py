"""Two waves of made-up answers, between which the institutions became better."""

import wxsat as wx
from wxsat.instrument.load import find_instrument
from wxsat.simulate.truth import load_truth

# [waves]
instrument = wx.load_instrument("gov-wechat-public")
truth = load_truth(find_instrument("gov-wechat-public").parent / "truth.yaml")
means = dict(truth.measurement.means) | {"FRAG": 3.8, "LOOP": 4.2, "CAP": 3.7}
later = truth.model_copy(update={"measurement": truth.measurement.model_copy(update={"means": means})})
waves = [
    wx.Wave(name, wx.clean(wx.simulate_responses(instrument, of, n=500, seed=seed)))
    for name, of, seed in [("2025", truth, 1), ("2026", later, 2)]
]
tracking = wx.track_waves(waves, cluster="account")
print(tracking.sharing, tracking.n_units)
# [/waves]

# [changes]
dilemmas = tracking.changes[tracking.changes["level"] == "dilemma"]
print(dilemmas[["id", "change", "se", "ci_lower", "ci_upper", "reading"]].round(1).to_string(index=False))
# [/changes]

# [invariance]
print(tracking.invariance[["construct", "level", "comparable", "reason"]].tail(6).to_string(index=False))
# [/invariance]
