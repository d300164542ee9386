"""Administrative regions 行政区划: six levels, dated codes, a tree asked without recursion."""
