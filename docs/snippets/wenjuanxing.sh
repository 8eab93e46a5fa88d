# A made-up export of 问卷星, from the file to a table in Word.
# [new]
wxsat new my-study
# [/new]
truth="$(python -c 'import wxsat; print(wxsat.load_instrument("gov-wechat-public").folder)')/truth.yaml"
# [export]
wxsat simulate "$truth" --n 300 --platform wjx-text --out my-study/data/answers.csv
# [/export]
cp wenjuanxing.yaml my-study/study.yaml

# [inspect]
wxsat responses inspect my-study/data/answers.csv | head -n 12
# [/inspect]

# [run]
wxsat run my-study
# [/run]

# [word]
wxsat report my-study/report --to docx
# [/word]

# [cite]
wxsat report my-study/report --cite reliability --to docx
# [/cite]
