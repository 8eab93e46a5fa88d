# [inspect]
wxsat responses inspect answers.csv --instrument gov-wechat-public | head -n 14
# [/inspect]

# [encodings]
python -c 'open("gb.csv", "w", encoding="gb18030").write(open("labels.csv", encoding="utf-8-sig").read())'
python -c 'open("wide.txt", "w", encoding="utf-16").write(open("labels.csv", encoding="utf-8-sig").read().replace(",", "\t"))'
wxsat responses inspect gb.csv | head -n 1
wxsat responses inspect wide.txt | head -n 1
# [/encodings]

# [convert]
wxsat responses read answers.sav --instrument gov-wechat-public --out coded.xlsx --lang en
# [/convert]

# [refused]
sed -e '4s/,7,/,77,/' -e '6s/,6,/,六,/' answers.csv > spoilt.csv
wxsat responses read spoilt.csv --instrument gov-wechat-public --out never.csv || echo "exit code $?"
ls never.csv 2>/dev/null || echo "nothing was written"
# [/refused]

# [json]
wxsat responses read spoilt.csv --instrument gov-wechat-public --out never.csv --json || echo "exit code $?"
# [/json]
