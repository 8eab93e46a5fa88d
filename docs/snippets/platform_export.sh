# A made-up export of 问卷星, looked at and read.
truth="$(python -c 'import wxsat; print(wxsat.load_instrument("gov-wechat-public").folder)')/truth.yaml"
wxsat simulate "$truth" --n 200 --form brief --platform wjx-text --out wjx_0.csv 2> /dev/null

# [inspect]
wxsat responses inspect wjx_0.csv | head -n 20
# [/inspect]

# [read]
wxsat responses read wjx_0.csv --instrument gov-wechat-public --key study.key --out coded.csv
# [/read]

# [pair]
wxsat simulate "$truth" --n 200 --form brief --platform wjx-index --out wjx_2.csv
wxsat responses read wjx_0.csv --pair wjx_2.csv --instrument gov-wechat-public --out paired.csv 2>&1 | grep Paired
# [/pair]
