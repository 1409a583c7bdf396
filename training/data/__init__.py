"""Photographs in, pairs of views with known geometry out."""
