"""Decision procedures for claims about formulas and probabilities."""
