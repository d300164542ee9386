"""Investment projects 投资项目: a code, four stages, one drawing set, and the cases that run under them."""
