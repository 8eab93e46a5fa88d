import wxsat as wx

# [ordinal]
cuts = "\n".join(f"{item} | -1.2*t1 + -0.4*t2 + 0.4*t3 + 1.2*t4" for item in ("u1", "u2", "u3", "s1", "s2", "s3"))
population = f"""
useful =~ .85*u1 + .80*u2 + .75*u3
satisfied =~ .85*s1 + .80*s2 + .75*s3
useful ~~ 1*useful
satisfied ~ .25*useful
{cuts}
"""
found = wx.evaluate_power(population, [150, 250], standardised=True, replicates=100, missing_share=0.05)
print(found.settings["estimator"], found.settings["missing"])
print(found.power_of("satisfied~useful").round(2).to_string(index=False))
# [/ordinal]

# [accounts]
population = population.replace(cuts, "")
found = wx.evaluate_power(population, 300, standardised=True, replicates=100, cluster_size=15, icc=0.1)
row = found.parameters.set_index("name").loc["satisfied~useful"]
print(found.settings["estimator"], row[["power", "coverage"]].round(2).to_dict())
# [/accounts]
