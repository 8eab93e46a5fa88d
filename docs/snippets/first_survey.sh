# [new]
wxsat new my-study
# [/new]

# [answers]
truth="$(python -c 'import wxsat; print(wxsat.load_instrument("gov-wechat-public").folder)')/truth.yaml"
wxsat simulate "$truth" --n 400 --labels zh --out exported.csv
python -c 'text = open("exported.csv", encoding="utf-8-sig").read(); open("my-study/data/answers.csv", "w", encoding="gb18030").write(text)'
# [/answers]

# [inspect]
wxsat responses inspect my-study/data/answers.csv
# [/inspect]

# [dry]
wxsat run my-study --dry-run
# [/dry]

# [run]
wxsat run my-study
# [/run]

# [look]
ls my-study/report
head -n 12 my-study/report/log.txt
# [/look]
