"""Results as Markdown and as one HTML file; content.py says what a report consists of."""
