"""``tubewall solve``: a case from its file to what is printed and written."""

from __future__ import annotations

import os
from collections.abc import Callable

from tubewall.errors import InputError
from tubewall.studies.files import check_outputs, write_json
from tubewall.studies.study_key import shown
from tubewall.whole_files import written_whole

Progress = Callable[[float, str], None]
_SUFFIXES = {"vtu": (".vtu",), "png": (".png",)}


def solve_case_file(
    path: str,
    *,
    json: str | None = None,
    vtu: str | None = None,
    png: str | None = None,
    progress: Progress | None = None,
) -> str:
    """Solve the case of a file, write what is asked for, and tell the answer.

    Parameters
    ----------
    path : str
        The case file.
    json, vtu, png : str, optional
        Files to write; each is written whole or not at all.
    progress : function of (float, str), optional
        Told how far it is.

    Raises
    ------
    InputError
        When the case is wrong or an output cannot be written; nothing is computed then.
    """
    from tubewall.studies.case import Case

    outputs = {"json": json, "vtu": vtu, "png": png}
    check_outputs(outputs, unlike=path, suffixes=_SUFFIXES)
    case = Case.read(path)
    mesh = os.path.join(os.path.dirname(os.path.realpath(path)), case.file.mesh.file)
    for one in outputs.values():
        if one is not None and os.path.realpath(one) == os.path.realpath(mesh):
            raise InputError(f"{shown(one)}: is the mesh of the case; choose another name for the output")
    result = case.solve(progress=progress)
    text = result.text()
    if json is not None:
        write_json(json, result.to_json())
    if vtu is not None:
        with written_whole(vtu) as temporary:
            result.write_vtu(temporary)
    if png is not None:
        with written_whole(png) as temporary:
            result.write_png(temporary)
    return text
