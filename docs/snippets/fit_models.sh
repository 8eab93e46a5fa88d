# [data]
python -c 'from semopy.examples import holzinger39; holzinger39.get_data().to_csv("hs39.csv", index=False)'
printf 'visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n' > hs.sem
printf 'visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n' > hs-cross.sem
# [/data]

# [fit]
wxsat sem fit hs.sem hs39.csv --estimator MLR
# [/fit]

# [compare]
wxsat sem compare hs.sem hs-cross.sem hs39.csv --estimator MLM
# [/compare]

# [bootstrap]
wxsat sem bootstrap hs.sem hs39.csv --draws 200 --seed 7 --shard 1/2 --save one.json > /dev/null
wxsat sem bootstrap hs.sem hs39.csv --draws 200 --seed 7 --shard 2/2 --save two.json > /dev/null
wxsat sem bootstrap --merge one.json --merge two.json 2> /dev/null | head -n 12 | tail -n +2
# [/bootstrap]
