# [read]
import wxsat as wx
from wxsat.responses.screen import screen_responses

instrument = wx.load_instrument("gov-wechat-public")
responses = wx.read_responses("answers.csv", instrument)
for line in responses.log:
    print(line)
# [/read]

# [screen]
records = screen_responses(responses)
flagged = records[records["families"].map(len) > 0]
print(f"{len(flagged)} of {len(records)} respondents carry a flag.")
print(flagged[["id", "longstring", "seconds_per_item", "attention_failed", "families"]].head(6).to_string(index=False))
# [/screen]

# [clean]
plan = wx.CleaningPlan()
clean = wx.clean(responses, plan)
print(clean.flow.to_string(index=False))
# [/clean]

# [ledger]
row = clean.ledger[clean.ledger["action"] == "drop"]["row"].iloc[0]
print(clean.ledger[clean.ledger["row"] == row].to_string(index=False))
print(clean.ledger[clean.ledger["action"] == "recode"]["subject"].tolist())
# [/ledger]

# [second]
print(len(clean.single_flag_rows), "respondents stay with flags of one family only")
print(clean.without_single_flags().n, "are left in the second run")
# [/second]

# [plan]
strict = wx.clean(responses, wx.CleaningPlan(min_seconds_per_item=3.0, max_missing_share=0.25))
print(strict.n, "left under the stricter plan,", clean.n, "under the plan as it comes")
# [/plan]
