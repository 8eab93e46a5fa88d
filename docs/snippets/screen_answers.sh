# [plan]
cat > gentle.yaml <<'YAML'
actions: {irv: check, evenodd: exclude}     # look at flat answers; let inconsistency count
max_evenodd: -0.10                          # higher is more careless
min_cycle: 12                               # items in a repeated pattern: marks only
YAML
wxsat responses check answers.csv --instrument gov-wechat-public --plan gentle.yaml --out check.csv 2> /dev/null | head -4
# [/plan]

# [sensitivity]
wxsat responses sensitivity answers.csv --instrument gov-wechat-public --figure severity:D2 --out sensitivity 2> /dev/null | grep -E "kind|severity"
ls sensitivity
# [/sensitivity]

# [missing]
wxsat measure missing answers.csv --instrument gov-wechat-public --imputations 10 --seed 1 --out missing | grep -E "Little|construct|LDR"
ls missing
# [/missing]
