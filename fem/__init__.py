"""The fem of tubewall."""
