"""White paper of a size in pixels for matplotlib, drawn without a screen, and its PNG file."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

#: Per inch, on which the sizes of letters and lines in points depend
DOTS: Final = 100


def paper(size: tuple[int, int]) -> Any:
    """An empty figure of a width and height [pixel], of its own and known to no window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(size[0] / DOTS, size[1] / DOTS), dpi=DOTS, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def png_of_paper(figure: Any) -> bytes:
    """The PNG file of what was drawn."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS)
    return buffer.getvalue()
