"""Acts of fusion: run a pass, answer a contradiction, merge, split, keep apart, name the office that answers."""
