# [data]
python - <<'END'
import numpy as np
import pandas as pd

rng = np.random.default_rng(11)
n = 300
ease, use = rng.normal(size=(2, n, 1))
useful = 0.98 * ease + 0.2 * rng.normal(size=(n, 1))
habit = rng.normal(size=(n, 1))
group = rng.permutation(np.repeat(["north", "south"], n // 2))
aim = np.where(group[:, None] == "north", ease, use)
intent = 0.4 * ease + 0.4 * useful + 0.3 * habit + 0.7 * rng.normal(size=(n, 1))
parts = {"E": (ease, 0.6), "P": (useful, 0.6), "H": (habit, 2.0), "I": (intent, 0.6)}
frame = pd.DataFrame({f"{k}{i}": v[:, 0] + s * rng.normal(size=n) for k, (v, s) in parts.items() for i in (1, 2, 3)})
frame["F1"], frame["F2"] = aim[:, 0], np.where(group == "north", use[:, 0], ease[:, 0])
frame.assign(group=group).round(2).to_csv("twins.csv", index=False)
END
printf 'Ease =~ E1 + E2 + E3\nUseful =~ P1 + P2 + P3\nHabit =~ H1 + H2 + H3\nIntent =~ I1 + I2 + I3\nIntent ~ Ease + Useful + Habit\n' > twins.sem
printf 'Form <~ F1 + F2\nIntent =~ I1 + I2 + I3\nIntent ~ Form\n' > form.sem
printf 'Ease =~ E1 + E2 + E3\nHabit =~ H1 + H2 + H3\nIntent =~ I1 + I2 + I3\nIntent ~ Ease + Habit + Ease:Habit\n' > moderated.sem
# [/data]

# [covariance]
wxsat sem fit twins.sem twins.csv 2>&1 > /dev/null | grep refusal
# [/covariance]

# [beside]
wxsat pls beside twins.sem twins.csv --draws 200 2> /dev/null | grep "may be read" | sed "s/  *A covariance.*//"
# [/beside]

# [groups]
wxsat pls mga form.sem twins.csv --group group --draws 200 2>&1 > /dev/null || echo "exit code $?"
# [/groups]

# [options]
wxsat pls fit moderated.sem twins.csv --consistent || echo "exit code $?"
wxsat pls predict moderated.sem twins.csv || echo "exit code $?"
wxsat pls predict twins.sem twins.csv --omission 10 || echo "exit code $?"
# [/options]

# [out]
wxsat pls fit twins.sem twins.csv --draws 200 --min -9 --max 9 --target Intent --out twins > /dev/null 2>&1
ls twins | grep -v csv
wxsat pls fit twins.sem twins.csv --draws 200 --out twins || echo "exit code $?"
# [/out]
