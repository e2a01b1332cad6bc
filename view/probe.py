"""Whether this machine can draw 3D pictures off screen, found out in a process of its own.

A VTK window without graphics libraries is a segmentation fault at its creation, so it must never be tried in the
process that holds the answer.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from typing import Final

WINDOW_VARIABLE: Final = "VTK_DEFAULT_OPENGL_WINDOW"
EGL_WINDOW: Final = "vtkEGLRenderWindow"

_PROBING: Final = threading.Lock()
_DRAW_A_CONE: Final = """
import vtkmodules.vtkRenderingFreeType
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkFiltersSources import vtkConeSource
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer, vtkRenderWindow
from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

window = vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(32, 32)
renderer = vtkRenderer()
window.AddRenderer(renderer)
cone = vtkConeSource()
mapper = vtkPolyDataMapper()
mapper.SetInputConnection(cone.GetOutputPort())
actor = vtkActor()
actor.SetMapper(mapper)
renderer.AddActor(actor)
window.Render()
image = vtkWindowToImageFilter()
image.SetInput(window)
image.ReadFrontBufferOff()
image.Update()
low, high = image.GetOutput().GetScalarRange()
print("drawn" if high > low else "blank")
"""


def off_screen_environment() -> dict[str, str]:
    """The environment of a process that draws off screen: without a display VTK is told to take EGL at once.

    The variable has to be set before vtk is imported.
    """
    environment = dict(os.environ)
    if sys.platform == "linux" and not environment.get("DISPLAY"):
        environment.setdefault(WINDOW_VARIABLE, EGL_WINDOW)
    return environment


def why_no_rendering(timeout: float = 60.0) -> str:
    """Why no 3D picture can be drawn off screen; empty when one can. Threads that ask at once share one probe.

    A cone is drawn in another process and its pixels are looked at. The answer is kept for the life of this process.

    Parameters
    ----------
    timeout : float
        What the other process may take [s].
    """
    with _PROBING:
        return _probe(timeout)


@functools.cache
def _probe(timeout: float) -> str:
    command = [sys.executable, "-c", _DRAW_A_CONE]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=timeout, env=off_screen_environment()
        )
    except subprocess.TimeoutExpired:
        return f"vtk drew nothing within {timeout:g} s"
    if done.returncode < 0:
        return f"vtk crashes (signal {-done.returncode}), most often for want of graphics libraries"
    if done.returncode > 0:
        lines = done.stderr.strip().splitlines()
        return f"vtk fails: {lines[-1] if lines else f'exit code {done.returncode}'}"
    return "" if done.stdout.split()[-1:] == ["drawn"] else "vtk draws a blank picture"


def can_render() -> bool:
    """Whether 3D pictures can be drawn off screen on this machine."""
    return not why_no_rendering()
