wxsat responses clean answers.csv --instrument gov-wechat-public --plan cleaning_plan.yaml --out clean.csv
ls clean*
