# [data]
python - <<'END'
import numpy as np
import pandas as pd

rng = np.random.default_rng(7)
trust = rng.normal(size=(300, 1))
use = 0.5 * trust + 0.8 * rng.normal(size=(300, 1))
items = np.hstack([trust + 0.6 * rng.normal(size=(300, 3)), use + 0.6 * rng.normal(size=(300, 3))])
pd.DataFrame(np.clip(np.round(4 + items), 1, 7), columns=["T1", "T2", "T3", "U1", "U2", "U3"]).to_csv("trust.csv", index=False)
END
printf 'Trust <~ T1 + T2 + T3\nUse =~ U1 + U2 + U3\nUse ~ Trust\n' > trust.sem
# [/data]

# [fit]
wxsat pls fit trust.sem trust.csv --draws 500 --seed 1 2> /dev/null | head -n 12
# [/fit]
