"""Read benchmark data sets from disk: one file a layout."""
