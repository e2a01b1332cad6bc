"""The script of the guide page runs and prints what theory expects."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "infinite-array.md"


def test_script_of_the_guide_runs_and_its_numbers_keep_their_order():
    script = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert script is not None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(script[1], str(GUIDE), "exec"), {})  # noqa: S102 - a script of our own page
    peak, root, deflection, worst, different = (float(line) for line in printed.getvalue().split())
    # a fillet concentrates the root's bending; half a MPa bends the wall by less than itself; the worst pattern is the worst
    assert 0 < root < peak
    assert 0 < deflection < 10
    assert different < worst
