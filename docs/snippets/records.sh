# [layout]
wxsat new records --audit > /dev/null
grep -A 9 '## `messages.csv`' records/LAYOUT.md
# [/layout]

# [made]
python -c "
import datetime, pathlib
from wxsat.simulate.records import AccountCondition, simulate_records, write_records
conditions = [
    AccountCondition('north', 0.2, 0.2, 0.2, 0.2),
    AccountCondition('south', 0.8, 0.4, 0.9, 0.6),
    AccountCondition('west', 0.5, 0.7, 0.4, 0.5, silent_days=20),
]
day = datetime.date(2026, 3, 31)
write_records(simulate_records(conditions, as_of=day, seed=3), pathlib.Path('made-up'), day)
"
# [/made]

# [audit]
wxsat audit made-up/logs.yaml --out audit-tables
# [/audit]

# [wrong]
sed -i '2s/^[^,]*/no-such-message/' made-up/replies.csv
sed -i '3s/consultation\|complaint\|suggestion/shout/' made-up/messages.csv
wxsat audit made-up/logs.yaml || echo "exit code $?"
# [/wrong]

# [sheets]
python -c "
import numpy as np, pandas as pd
rng = np.random.default_rng(5)
quality = dict(zip('ABCDEFGH', rng.normal(72, 9, 8)))
severity = dict(zip(['Li', 'Wang', 'Zhao', 'Chen'], [-4, 0, 1, 3]))
rows = [(a, r, f'2026-{m:02d}', round(min(100, quality[a] + severity[r] + rng.normal(0, 4)), 1))
        for a in quality for m in range(1, 13) for r in rng.choice(list(severity), 2, replace=False)]
pd.DataFrame(rows, columns=['account', 'rater', 'month', 'score']).to_csv('sheets.csv', index=False)
"
wxsat panel sheets.csv
# [/sheets]

# [readiness]
wxsat readiness --template answers.yaml 2> /dev/null
sed -E -i 's/^(  R[0-9]\.[0-9]:)/\1 2/; s/^(  R2\.[0-9]:) 2/\1 1/; s/^(  G[0-9]:)/\1 true/; s/name: ""/name: appointments/' answers.yaml
wxsat readiness answers.yaml
# [/readiness]
