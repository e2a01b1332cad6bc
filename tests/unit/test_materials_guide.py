import re
from pathlib import Path

import pytest

from tubewall.materials.source_relations import markdown

DOCS = Path(__file__).parents[2] / "docs"


def test_the_snippets_of_the_guide_run_from_top_to_bottom(capsys):
    text = (DOCS / "guide" / "materials.md").read_text(encoding="utf-8")
    scope = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, scope)  # noqa: S102 the project's own guide
    printed = capsys.readouterr().out
    assert "Isotropic(youngs_modulus=62000000000.0, poissons_ratio=0.2)" in printed
    assert "(2, 6, 6)" in printed


def test_the_numbers_that_the_guide_states_are_true():
    from tubewall.materials import Gas, Lithium, transport

    argon = Gas(law="virial")
    assert float(argon.pressure(10 * argon.molar_density(101325.0, 298.15), 298.15)) == pytest.approx(1.008e6, rel=1e-3)
    assert Lithium().ceiling(0.05) == pytest.approx(370e6, rel=5e-3)
    need = transport.required_conductivity(30.0, 0.05, 20e-6)
    walls = [
        transport.minimum_wall(1e-7, required=need, concentration=1.65e28, diffusivity=1e-12, model=m)
        for m in ("1d", "2d")
    ]
    assert walls == pytest.approx([1.32e-8, 6.4e-9], rel=5e-3)


def test_the_page_of_the_sources_relations_holds_what_the_program_computes():
    page = (DOCS / "verification" / "source-relations.md").read_text(encoding="utf-8")
    assert markdown() in page, "run python -m tubewall.materials.source_relations and put its table into the page"
