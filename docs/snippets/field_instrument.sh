# [export]
wxsat instrument export gov-wechat-public --form brief --to html --lang both --out questionnaire.html
wxsat instrument export gov-wechat-public --form brief --to xlsform --lang both --out questionnaire.xlsx
# [/export]

# [losses]
wxsat instrument export gov-wechat-public --form brief --to wjx-text --out questionnaire.txt
# [/losses]

# [wjx]
sed -n '7,17p' questionnaire.txt
# [/wjx]

# [draft]
cat > survey.txt <<'SURVEY'
办事大厅满意度

1. 工作人员态度好[单选题]
很不同意
不同意
一般
同意
很同意

2. 等候时间短[单选题]
很不同意
不同意
一般
同意
很同意

3. 办事指南写得清楚[单选题]
很不同意
不同意
一般
同意
很同意

4. 请把下面几项排序[排序题]
态度
速度
环境
SURVEY
wxsat instrument import survey.txt --from wjx-text --out hall.yaml
wxsat instrument check hall.yaml
# [/draft]

# [diff]
sed -e 's/等候时间短/等候时间不长/' -e "s/version: '0.1'/version: '0.2'/" hall.yaml > hall-2.yaml
wxsat instrument diff hall.yaml hall-2.yaml
# [/diff]
