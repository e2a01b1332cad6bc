"""What drew a picture, in words: a graphics card, software, or matplotlib where VTK cannot draw."""

from __future__ import annotations

import functools
import importlib
import os
import re
from typing import Final

from tubewall.view import probe
from tubewall.view.picture import Picture

# what the names of renderers without a graphics card have in them
_SOFTWARE: Final = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software")


def how_drawn(picture: Picture) -> str:
    """One line that says so where a picture fell back on software or on matplotlib; empty with a graphics card."""
    if picture.renderer == "matplotlib":
        return (
            f"drawn flat by matplotlib, since {probe.why_no_rendering() or 'VTK cannot draw here'}: "
            "`tubewall doctor` has the line that brings 3D"
        )
    name = renderer_name()
    if any(word in name.casefold() for word in _SOFTWARE):
        return f"drawn by software ({name}): the same picture, only slower than by a graphics card"
    return ""


@functools.cache
def renderer_name() -> str:
    """What OpenGL calls its renderer, "" where VTK cannot draw."""
    if not probe.can_render():
        return ""
    wanted = probe.off_screen_environment().get(probe.WINDOW_VARIABLE)
    if wanted:
        # read by vtk when it is imported
        os.environ.setdefault(probe.WINDOW_VARIABLE, wanted)
    # what gives the window its OpenGL
    importlib.import_module("vtkmodules.vtkRenderingOpenGL2")
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetSize(16, 16)
    window.Render()
    found = re.search(r"renderer string:\s*(.+)", window.ReportCapabilities() or "", re.IGNORECASE)
    return found[1].strip() if found else ""
