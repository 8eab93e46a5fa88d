# [rmsea]
wxsat power --rmsea --df 24
wxsat power --rmsea --df 24 --n 150 --json
# [/rmsea]

# [grid]
wxsat power planned.sem --standardised --n 150,300 --replicates 200 2>/dev/null | grep -E "name|~"
# [/grid]

# [target]
wxsat power planned.sem --standardised --target 0.8 --parameter "satisfied~useful" --replicates 200 2>/dev/null | head -n 1
# [/target]
