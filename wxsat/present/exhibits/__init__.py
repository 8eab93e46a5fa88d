"""Tables and figures of one result, chosen and written as files that can be cited."""
