"""How good a model is: what its pictures show, how they are distributed, and whether they are its own."""
