"""tubewall: how thin may the wall of a tubular lithium-metal anode be, what decides it, and how sure are we."""
