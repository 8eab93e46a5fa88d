# [word]
wxsat report my-study/report --to docx
wxsat report my-study/report --to docx --lang en
# [/word]

# [others]
wxsat report my-study/report --to xlsx --lang en
wxsat report my-study/report --to latex --lang en --out report.tex
wxsat report my-study/report --to markdown --lang zh --out report.md
# [/others]

# [english]
wxsat report my-study/report --to html --lang en --out english.html
# [/english]

# [numbers]
python -c 'import json; [print(n) for n in json.load(open("my-study/report/numbers.json"))[:3]]'
python -c 'import json; r = json.load(open("my-study/report/run.json")); print(r["wxsat"], r["seed"], r["simulated"], sorted(r["inputs"]))'
# [/numbers]

# [parts]
wxsat report my-study/report --part brief --to docx --lang zh
wxsat report my-study/report --part methods --to markdown --lang en --out methods.md
grep -c "Missing: fill" methods.md
wxsat report my-study/report --to markdown --lang en --citation-style gbt2025 --out cited.md
# [/parts]
