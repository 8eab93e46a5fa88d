# [size]
wxsat report my-study/report --figure-size slide --lang en
# [/size]
