"""Score features on a data set: one file a task."""
