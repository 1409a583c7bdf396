"""Measure features on image pairs whose geometry is known; see metrics.py for the definitions."""
