# [instrument]
wxsat measure reliability answers.csv --instrument gov-wechat-public 2>/dev/null | head -n 5
# [/instrument]

# [scale]
wxsat measure reliability answers.csv --scale "PU=PU1,PU2,PU3" --min 1 --max 7 || echo "exit code $?"
# [/scale]

# [sav]
wxsat measure reliability answers.sav --scale "PU=PU1,PU2,PU3" --min 1 --max 7
# [/sav]

# [model]
printf 'PU =~ PU1 + PU2 + PU3\nEOU =~ EOU1 + EOU2 + EOU3\nPU1 ~~ EOU1\n' > correlated.sem
wxsat measure reliability answers.csv --instrument gov-wechat-public --model correlated.sem 2>/dev/null
# [/model]
