"""Whole evaluations: a data set in, a report out; one file a task."""
