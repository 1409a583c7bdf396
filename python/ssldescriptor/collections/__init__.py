"""Large collections of images: features, pairs and matches, resumable, and their export."""
