"""The chambers of tubewall."""
