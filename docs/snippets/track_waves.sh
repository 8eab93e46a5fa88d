# [data]
truth=$(python -c 'from wxsat.instrument.load import find_instrument; print(find_instrument("gov-wechat-public").parent / "truth.yaml")')
sed -e 's/FRAG: 4.4/FRAG: 3.8/' -e 's/LOOP: 4.8/LOOP: 4.2/' -e 's/CAP: 4.3/CAP: 3.7/' "$truth" > later.yaml
wxsat simulate "$truth" --n 500 --seed 1 --out 2025.csv 2> /dev/null
wxsat simulate later.yaml --n 500 --seed 2 --out 2026.csv 2> /dev/null
# [/data]

# [study]
cat > study.yaml <<'YAML'
schema_version: 1
id: two-waves
title: {zh: 两期调查, en: Two waves}
instrument: gov-wechat-public
form: standard
waves:
  - {id: "2025", files: [2025.csv], start: 2025-05-10, end: 2025-05-31}
  - {id: "2026", files: [2026.csv], start: 2026-05-09, end: 2026-05-30}
models: [tam]
YAML
wxsat run . --dry-run 2> /dev/null
# [/study]
