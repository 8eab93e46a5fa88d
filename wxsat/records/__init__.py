"""The account's own records (posts, messages, cases, functions, followers) and the indicators read from them."""
