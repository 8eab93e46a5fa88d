import wxsat as wx

table = wx.parse_model("PU =~ PU1 + PU2 + PU3\nSAT =~ SAT1 + SAT2 + SAT3\nSAT ~ b*PU")
print(table.frame[["id", "lhs", "op", "rhs", "user", "free", "label", "ustart"]].to_string(index=False))
