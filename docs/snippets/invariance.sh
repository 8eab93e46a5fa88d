# [data]
python -c 'from semopy.examples import holzinger39; holzinger39.get_data().to_csv("hs39.csv", index=False)'
printf 'visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n' > hs.sem
# [/data]

# [ladder]
wxsat measure invariance hs.sem hs39.csv --group school --compare-means 2> /dev/null
# [/ladder]

# [refused]
wxsat measure invariance hs.sem hs39.csv --group school --no-partial --compare-means 2>&1 > /dev/null | tail -n 1
# [/refused]
