"""What several tests of pictures need."""

from __future__ import annotations

import pytest


@pytest.fixture
def windows(monkeypatch):
    """The canvases that windows would show, drawn off screen instead, as if there were a display."""
    from tubewall.view import block, body_picture, canvas, cross_section

    opened = []
    make = canvas._canvas

    def off_screen_window(size, *, off_screen):
        screen = make(size, off_screen=True)
        if not off_screen:
            opened.append(screen)
        return screen

    monkeypatch.setattr(canvas, "_canvas", off_screen_window)
    for module in (canvas, block, body_picture, cross_section):
        monkeypatch.setattr(module, "check_display", lambda: None)
    return opened
