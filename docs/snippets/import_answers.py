# [frame]
import pandas as pd

import wxsat as wx

instrument = wx.load_instrument("gov-wechat-public")
frame = pd.DataFrame(
    {
        "第1题": ["非常同意", "同意", "不了解 / 没用过"],
        "PU2": [6, 98, None],
        "PU3": ["5", "5 比较同意", "（跳过）"],
        "EOU1": [4, 4, 2],
        "答题时长": ["3分12秒", "00:02:41", "95秒"],
        "手机号": ["13800138000", "13900139000", "13700137000"],
    }
)
# [/frame]

# [read]
responses = wx.read_responses(frame, instrument, columns={"第1题": "PU1"}, recode={"EOU1": {4: 5}}, form="standard")
print(responses.frame.to_string(index=False))
print(responses.reasons.to_string(index=False))
print(responses.paradata["seconds"].tolist())
for line in responses.log:
    print(line)
# [/read]

# [refused]
frame["EOU1"] = [9, "很好", "2024-03-01"]
try:
    wx.read_responses(frame, instrument, columns={"第1题": "PU1"}, form="standard")
except wx.WxsatError as error:
    for fault in error.faults:
        print(fault)
# [/refused]
