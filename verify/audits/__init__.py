"""The catalog on real gradient descent: the user's problem or loss, and random problems of its kind."""
