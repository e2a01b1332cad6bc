"""The materials of tubewall."""
