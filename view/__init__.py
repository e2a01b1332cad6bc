"""The view of tubewall."""
