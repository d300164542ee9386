"""Acts on cases: one module for each kind of person who acts."""
