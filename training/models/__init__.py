"""The networks: dense keypoint network and per-keypoint patch head."""
