"""Training of the descriptor from photographs alone. Imports the package; never the reverse."""
