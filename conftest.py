"""What has to hold before any test module, and with it numpy or vtk, is imported."""

import os
import sys
from pathlib import Path

# one thread each: the tests run side by side, and sums come out in the same order everywhere
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("MPLBACKEND", "Agg")
if sys.platform == "linux" and not os.environ.get("DISPLAY"):
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

# 'python -m pytest' puts the root on the path, where fem/ and materials/ would be importable under a second name
ROOT = str(Path(__file__).resolve().parent)
sys.path[:] = [entry for entry in sys.path if (entry or os.getcwd()) != ROOT]
