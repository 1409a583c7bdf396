"""The matches of two photographs as one HTML page to look into; build.py makes it."""
