"""The paper as SymPy statements: `CATALOG` in the paper's order, `find(label)`, and the symbols of `notation`."""
