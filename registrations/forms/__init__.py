"""Forms take input and say what is wrong with it; they never save."""
