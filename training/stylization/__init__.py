"""Photorealistic stylization: another weather, season or hour, every edge where it was."""
