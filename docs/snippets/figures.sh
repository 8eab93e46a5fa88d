# [data]
python -c 'from semopy.examples import holzinger39; holzinger39.get_data().to_csv("hs39.csv", index=False)'
printf 'visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ visual\n' > paths.sem
# [/data]

# [picture]
wxsat sem diagram paths.sem hs39.csv --out path.pdf --intervals 2> /dev/null
wxsat sem diagram paths.sem hs39.csv --out school.svg --group school --unstandardised 2> /dev/null
# [/picture]

# [text]
wxsat sem diagram paths.sem hs39.csv --to mermaid --no-indicators 2> /dev/null
wxsat sem diagram paths.sem hs39.csv --to dot --no-indicators 2> /dev/null
wxsat sem diagram paths.sem hs39.csv --out path.tikz 2> /dev/null
# [/text]
