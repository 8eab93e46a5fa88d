# [data]
python -c "
import numpy as np, pandas as pd
rng = np.random.default_rng(7)
n = 600
people = pd.DataFrame({'district': rng.choice(['east', 'west', 'hills'], n, p=[.5, .3, .2])})
people['gender'] = rng.choice(['female', 'male'], n, p=[.62, .38])
people['age'] = rng.choice(['18-35', '36-55', '56+'], n, p=[.5, .35, .15])
people['office'] = people.district + rng.integers(1, 9, n).astype(str)
older = people.age.eq('56+')
people['score'] = (60 + 6 * older + 4 * people.gender.eq('male') + rng.normal(0, 12, n)).round(1)
people['solved'] = np.where(rng.random(n) < .55 + .15 * older, 'yes', 'no')
people.to_csv('people.csv', index=False)
"
cat > margins.yaml <<'YAML'
margins:
  gender: {female: 0.51, male: 0.49}                 # shares
  age: {18-35: 182000, 36-55: 201000, 56+: 134000}   # counts: the weights sum to their total
YAML
cat > design.yaml <<'YAML'
sampling: {type: probability, strata: district, clusters: office}
weights: {margins: margins.yaml, method: rake}
YAML
# [/data]

# [weight]
wxsat responses weight people.csv --margins margins.yaml --out weighted.csv 2>/dev/null
# [/weight]

# [bounded]
wxsat responses weight people.csv --margins margins.yaml --bounds 0.5,2.5 --out bounded.csv 2>/dev/null | tail -n 1
# [/bounded]

# [named]
sed 's/56+/55+/' margins.yaml > typo.yaml
wxsat responses weight people.csv --margins typo.yaml --out never.csv || echo "exit code $?"
# [/named]

# [estimate]
wxsat responses estimate people.csv --design design.yaml --mean score --by gender --proportion solved 2>/dev/null
# [/estimate]

# [test]
wxsat responses estimate people.csv --design design.yaml --difference score --by gender 2>/dev/null
wxsat responses estimate people.csv --design design.yaml --independence solved,age 2>/dev/null
# [/test]

# [optin]
wxsat responses estimate weighted.csv --sampling opt-in --weights weight --mean score
# [/optin]

# [rates]
cat > counts.yaml <<'YAML'
sampling:
  type: opt-in
  funnel: {pushed: 20000, first_page: 3100, consented: 2480, completed: 1612, valid: 1540}
YAML
wxsat responses rates counts.yaml
# [/rates]
