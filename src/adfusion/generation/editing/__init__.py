"""Changing pictures: what each edit asks of a generator, and the pixels around it."""
