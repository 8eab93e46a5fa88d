# [missing]
wxsat report my-study/report --cite severity 2>&1 | sed -E 's/yaml:[0-9]+/yaml:LINE/'
# [/missing]
