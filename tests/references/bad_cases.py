"""Case files that are wrong in one place each: what is changed in a good one, and what the error says."""

from __future__ import annotations

GOOD = {
    "mesh": '[mesh]\nfile = "tube.msh"\nunit = "nm"\n',
    "analysis": '[analysis]\nkind = "plane strain"\n',
    "materials": '[materials]\nbody = { youngs_modulus = "60 GPa", poissons_ratio = 0.25 }\n',
    "supports": '[[supports]]\nboundary = "bottom"\nfix = ["y"]\n[[supports]]\nboundary = "top"\nfix = ["x"]\n',
    "loads": '[[loads]]\nboundary = "left"\npressure = "1 MPa"\n',
}
LAWS = "E1 = '40 GPa', E2 = '20 GPa', E3 = '20 GPa', nu12 = 0.2, nu23 = 0.3, nu13 = 0.2, G12 = '8 GPa', G23 = '6 GPa'"
NAMES = "There are 'left', 'right', 'bottom', 'top'"


def analysis(more: str, kind: str = "plane strain") -> dict[str, str]:
    return {"analysis": f"[analysis]\nkind = '{kind}'\n{more}\n"}


def material(text: str) -> dict[str, str]:
    return {"materials": f"[materials]\nbody = {text}\n"}


def support(text: str) -> dict[str, str]:
    return {"supports": f"[[supports]]\n{text}\n"}


def load(text: str) -> dict[str, str]:
    return {"loads": f"[[loads]]\n{text}\n"}


def more(text: str) -> dict[str, str]:
    return {"more": text + "\n"}


def probe(text: str) -> dict[str, str]:
    return more(f"[[probes]]\nname = 'a'\n{text}")


BAD: dict[str, tuple[dict[str, str], str]] = {
    # the file
    "no TOML": ({"mesh": "<html>"}, "is not TOML"),
    "half a line": ({"mesh": "[mesh]\nfile = "}, "is not TOML"),
    "a zero byte": ({"mesh": "[mesh]\nfile = 'a\0'\n"}, "is not TOML"),
    "a table twice": (more("[mesh]\nfile = 'a'"), "is not TOML"),
    "deep brackets": (more(f"x = {'[' * 10_000}"), "nests too deep"),
    "deep keys": (more(f"{'a.' * 5_000}a = 1"), "a key nests deeper than 16"),
    "many keys": (more("".join(f"k{i} = 1\n" for i in range(20_000))), "has 20012 keys"),
    "one long line": (more(f"x = '{'a' * 500_000}'"), "lines have at most 20000"),
    "a mistyped table": (more("[[loadz]]\npressure = '1 MPa'"), "no table 'loadz'; did you mean 'loads'?"),
    "no mesh": ({"mesh": ""}, "mesh is missing"),
    "no analysis": ({"analysis": ""}, "analysis is missing"),
    "no materials": ({"materials": ""}, "materials is missing"),
    "a table for a list": ({"loads": "[loads]\nboundary = 'left'\n"}, "must be a list of tables: write [[loads]]"),
    "a list for a table": ({"mesh": "[[mesh]]\nfile = 'tube.msh'\n"}, "[mesh]: must be a table, got a list of 1"),
    "a number for a table": ({"materials": "materials = 3\n", "mesh": "", "analysis": ""}, "is missing"),
    # the table of the mesh
    "a mistyped key": ({"mesh": "[mesh]\nfil = 'tube.msh'\n"}, "[mesh]: no key 'fil'; did you mean 'file'?"),
    "no mesh file": ({"mesh": "[mesh]\nfile = 'no.msh'\n"}, "[mesh] file: no.msh: no such file"),
    "a mesh outside": ({"mesh": "[mesh]\nfile = '../../x.msh'\n"}, "lies outside the folder of the case file"),
    "an absolute path": ({"mesh": "[mesh]\nfile = '/etc/passwd'\n"}, "lies outside the folder of the case file"),
    "a folder for a mesh": ({"mesh": "[mesh]\nfile = '.'\n"}, "is not a regular file"),
    "a mesh that is none": ({"mesh": "[mesh]\nfile = 'bad.toml'\n"}, "[mesh] file"),
    "an empty file name": ({"mesh": "[mesh]\nfile = ''\n"}, "[mesh] file: expected the name of a mesh file"),
    "a unit of pressure": (
        {"mesh": "[mesh]\nfile = 'tube.msh'\nunit = 'MPa'\n"},
        "[mesh] unit: 'MPa' is in Pa, wanted is m",
    ),
    "a unit of nothing": ({"mesh": "[mesh]\nfile = 'tube.msh'\nunit = '0 nm'\n"}, "[mesh] unit: must be positive"),
    "a negative unit": ({"mesh": "[mesh]\nfile = 'tube.msh'\nunit = '-1 nm'\n"}, "[mesh] unit: must be positive"),
    "a bare unit": ({"mesh": "[mesh]\nfile = 'tube.msh'\nunit = 5\n"}, "[mesh] unit: '5' has no unit"),
    # how it is solved
    "a mistyped kind": (analysis("", "plain strain"), "did you mean 'plane strain'? (allowed: plane strain,"),
    "a kind of space": (analysis("", "3d"), "[analysis] kind: '3d' does not fit a mesh in 2 dimensions"),
    "order three": (analysis("order = 3"), "[analysis] order: is out of range, got 3 (allowed: 1 .. 2)"),
    "order as a text": (analysis("order = '2'"), "[analysis] order: expected a whole number, got the text '2'"),
    "order true": (analysis("order = true"), "[analysis] order: expected a whole number, got true"),
    "a bare temperature": (analysis("temperature_change = 30"), "'30' has no unit: write for example '30 K'"),
    "a temperature in C": (analysis("temperature_change = '30 C'"), "a change of temperature is in K"),
    "no expansion": (analysis("temperature_change = '30 K'"), "[materials] body: has no expansion"),
    "tolerance nought": (analysis("tolerance = 0"), "[analysis] tolerance: must be positive, got 0 (allowed: 0 .. 1"),
    "tolerance nan": (analysis("tolerance = nan"), "[analysis] tolerance: must be a finite number, got nan"),
    "ends of plane strain": (analysis("ends = 'free'"), "ends: is for kind 'generalised plane strain'"),
    "a mistyped solver": (analysis("solver = 'cholmid'"), "did you mean 'cholmod'? (allowed: auto, cholmod"),
    # what it is made of
    "an unknown region": (
        {"materials": GOOD["materials"] + "wall = 'LLZO'\n"},
        "[materials] wall: region: no region 'wall'; there are 'body'",
    ),
    "a region without": ({"materials": "[materials]\n"}, "[materials]: the region 'body' of the mesh has no material"),
    "a mistyped material": (material("'glasy carbon film'"), "did you mean 'glassy carbon film'?"),
    "a material by number": (material("7"), "[materials] body: must be a table, got 7"),
    "a material of nothing": (material("{}"), "needs one of material, youngs_modulus, orthotropic"),
    "two laws": (
        material("{ material = 'LLZO', youngs_modulus = '1 GPa' }"),
        "needs one of material, youngs_modulus, orthotropic, transversely_isotropic, cubic; it has material and youngs",
    ),
    "half of a law": (material("{ youngs_modulus = '1 GPa' }"), "youngs_modulus and poissons_ratio go together"),
    "a modulus of zero": (material("{ youngs_modulus = '0 GPa', poissons_ratio = 0.2 }"), "must be positive"),
    "a negative modulus": (material("{ youngs_modulus = '-1 GPa', poissons_ratio = 0.2 }"), "must be positive"),
    "a bare modulus": (material("{ youngs_modulus = 6e10, poissons_ratio = 0.2 }"), "has no unit"),
    "a modulus that varies": (
        material("{ youngs_modulus = '1 GPa/nm * x', poissons_ratio = 0.2 }"),
        "body.youngs_modulus: 1 GPa/nm * x varies with x; it must be one quantity",
    ),
    "a ratio of a half": (
        material("{ youngs_modulus = '1 GPa', poissons_ratio = 0.5 }"),
        "body.poissons_ratio: is out of range, got 0.5 (allowed: -1 .. 0.5, ends excluded)",
    ),
    "an incomplete law": (material(f"{{ orthotropic = {{ {LAWS} }} }}"), "body.orthotropic: G13 is missing"),
    "a law that gives energy": (
        material(f"{{ orthotropic = {{ {LAWS.replace('nu12 = 0.2', 'nu12 = 2')}, G13 = '8 GPa' }} }}"),
        "not positive definite",
    ),
    "a cube that gives energy": (
        material("{ cubic = { c11 = '1 GPa', c12 = '2 GPa', c44 = '1 GPa' } }"),
        "c11 must exceed |c12|",
    ),
    "mistyped axes": (
        material(f"{{ orthotropic = {{ {LAWS}, G13 = '8 GPa' }}, axes = 'circular' }}"),
        "body.axes: no axes 'circular'; did you mean 'circumferential'?",
    ),
    "axes without constants": (
        material("{ youngs_modulus = '1 GPa', poissons_ratio = 0.2, axes = 'radial' }"),
        "an isotropic material has no axes",
    ),
    "axes of a library's isotropic": (
        material("{ material = 'LLZO', axes = 'radial' }"),
        "is isotropic and has no axes",
    ),
    "a wall without sides": (
        material(f"{{ orthotropic = {{ {LAWS}, G13 = '8 GPa' }}, axes = 'along the wall' }}"),
        "axes = 'along the wall' and along, the boundaries that it follows, go together",
    ),
    "an expansion in K": (
        material("{ youngs_modulus = '1 GPa', poissons_ratio = 0.2, expansion = '1e-5 K' }"),
        "body.expansion: '1e-5 K' is in K, wanted is 1/K",
    ),
    # what holds it
    "an unknown boundary": (
        support("boundary = 'botom'\nfix = ['x']"),
        f"[[supports]] 1: boundary: no boundary 'botom'; did you mean 'bottom'? {NAMES}",
    ),
    "no place": (support("fix = ['x']"), "[[supports]] 1: needs one of boundary, edge, point, rigid_body"),
    "two places": (support("boundary = 'left'\nrigid_body = true"), "it has boundary and rigid_body"),
    "holds nothing": (support("boundary = 'left'"), "holds nothing: write fix"),
    "an unknown direction": (support("boundary = 'left'\nfix = ['r']"), "no direction 'r'"),
    "a direction as a text": (support("boundary = 'left'\nfix = 'x'"), "[[supports]] 1 fix: expected a list of 1 or 2"),
    "z in the plane": (support("boundary = 'left'\nfix = ['z']"), "holds z, which a plane mesh does not have"),
    "a direction twice": (support("boundary = 'left'\nfix = ['x', 'x']"), "fix: names a direction twice"),
    "not rigid": (support("rigid_body = false"), "[[supports]] 1 rigid_body: expected true, got false"),
    "rigid and fixed": (support("rigid_body = true\nfix = ['x']"), "rigid_body stands alone"),
    "displacement in Pa": (
        support("boundary = 'left'\ndisplacement = { x = '1 MPa' }"),
        "[[supports]] 1 displacement.x: '1 MPa' is in Pa, wanted is m",
    ),
    "no node there": (support("point = ['55.5 nm', '1 nm']\nfix = ['x', 'y']"), "no node of the mesh at"),
    "an unknown edge": (support("edge = 'rim'\nfix = ['x']"), "edge: no edge 'rim'; there are none"),
    "nothing holds": ({"supports": ""}, "bad.toml: "),
    "something is free": (support("boundary = 'bottom'\nfix = ['y']"), "bad.toml: "),
    # what loads it
    "a load on no facet": (load("boundary = 'bore'\npressure = '1 MPa'"), "[[loads]] 1: boundary: no boundary 'bore'"),
    "a pressure in nm": (
        load("boundary = 'left'\npressure = '1 nm'"),
        "[[loads]] 1 pressure: '1 nm' is in m, wanted is Pa",
    ),
    "a bare pressure": (load("boundary = 'left'\npressure = 5"), "[[loads]] 1 pressure: '5' has no unit"),
    "a true pressure": (load("boundary = 'left'\npressure = true"), "[[loads]] 1 pressure: expected a quantity"),
    "a pressure beyond all bounds": (
        load("boundary = 'left'\npressure = '1e300 MPa'"),
        "'1e300 MPa': reaches 1e+306 Pa, more than 1e+60",
    ),
    "a pressure that grows beyond all bounds": (
        load("boundary = 'left'\npressure = '1 MPa * exp(1e10 * y / m)'"),
        "[[loads]] 1 pressure: '1 MPa * exp(1e10 * y / m)': reaches",
    ),
    "a modulus next to nothing": (
        material("{ youngs_modulus = '1e-300 Pa', poissons_ratio = 0.2 }"),
        "body.youngs_modulus: is too small, got 1e-300 Pa (allowed: 0, or 1e-60 Pa and more)",
    ),
    "a modulus beyond all bounds": (
        material("{ youngs_modulus = '1e200 Pa', poissons_ratio = 0.2 }"),
        "body.youngs_modulus: '1e200 Pa': reaches 1e+200 Pa",
    ),
    "a pressure of nan": (load("boundary = 'left'\npressure = nan"), "must be a finite number, got nan"),
    "an endless pressure": (load("boundary = 'left'\npressure = '1e999 Pa'"), "a number that is too large"),
    "code": (load("boundary = 'left'\npressure = \"__import__('os')\""), "not arithmetic"),
    "a deep expression": (load(f"boundary = 'left'\npressure = '{'(' * 100_00}'"), "at most 1000"),
    "z in a pressure": (
        load("boundary = 'left'\npressure = '1 MPa/nm * z'"),
        "needs z, which a plane mesh does not have",
    ),
    "a pole": (load("boundary = 'left'\npressure = '1 MPa * nm / (x - x)'"), "[[loads]] 1 pressure: "),
    "a pressure inside": (load("region = 'body'\npressure = '1 MPa'"), "pressure: acts on a boundary; it has region"),
    "a pressure nowhere": (load("pressure = '1 MPa'"), "pressure: acts on a boundary; none is named"),
    "no load": (load("boundary = 'left'"), "[[loads]] 1: loads nothing"),
    "three in the plane": (
        load("boundary = 'left'\ntraction = [0, 0, '1 MPa']"),
        "has 3 components; a mesh in 2 dimensions",
    ),
    "a traction as a text": (load("boundary = 'left'\ntraction = '1 MPa'"), "expected a list of 2 or 3"),
    "a body force in Pa": (
        load("region = 'body'\nbody_force = ['1 Pa', 0]"),
        "body_force: component 1: '1 Pa' is in Pa",
    ),
    "swelling in nm": (load("region = 'body'\neigenstrain = '1 nm'"), "eigenstrain: '1 nm' is in m"),
    "a force in N": (load("point = ['50 nm', 0]\nforce = ['1 N', '0 N']"), "'1 N' is in N, wanted is N/m"),
    "a mistyped load": (load("boundary = 'left'\npresure = '1 MPa'"), "no key 'presure'; did you mean 'pressure'?"),
    # what is asked
    "no quantity": (probe("at = ['50 nm', 0]"), "[[probes]] 1: quantity is missing"),
    "a mistyped quantity": (probe("at = ['50 nm', 0]\nquantity = 'stres yy'"), "stres yy"),
    "a probe nowhere": (probe("quantity = 'stress yy'"), "[[probes]] 1: needs one of at, boundary"),
    "a probe outside": (probe("at = ['10 nm', 0]\nquantity = 'stress yy'"), "[[probes]] 1 a: "),
    "a flat point": (probe("at = ['10 nm']\nquantity = 'stress yy'"), "[[probes]] 1 at: expected 2 or 3 components"),
    "a point in space": (probe("at = [0, 0, 0]\nquantity = 'stress yy'"), "at: has 3 coordinates; the mesh has 2"),
    "a bare point": (probe("at = [50, 0]\nquantity = 'stress yy'"), "component 1: '50' has no unit"),
    "a probe in no region": (probe("at = ['50 nm', 0]\nquantity = 'stress yy'\nregion = 'liner'"), "no region 'liner'"),
    "an extreme at a point": (
        probe("at = ['50 nm', 0]\nquantity = 'max stress xx'"),
        "searches a boundary; at a point",
    ),
    "a surface without extreme": (probe("boundary = 'left'\nquantity = 'stress xx'"), "say which with 'max stress xx'"),
    "a name twice": (
        more("[[probes]]\nname = 'a'\nat = ['50 nm', 0]\nquantity = 'stress yy'\n" * 2),
        "[[probes]] 2 a: name: stands twice",
    ),
    "a line of no length": (
        more("[[lines]]\nname = 'a'\nfrom = ['50 nm', 0]\nto = ['50 nm', 0]"),
        "[[lines]] 1 a: from and to are the same point",
    ),
    "half a line's ends": (more("[[lines]]\nname = 'a'\nfrom = ['50 nm', 0]"), "[[lines]] 1: to is missing"),
    # the rest
    "no modes": (more("[buckling]\nmodes = 0"), "[buckling] modes: is out of range, got 0 (allowed: 1 .. 50)"),
    "buckling of nothing": ({**more("[buckling]"), "loads": ""}, "[buckling]: nothing loads the body"),
    "a pair of one": (more("[periodic]\npairs = [['left', 'left']]"), "[periodic]: pairs: 'left' stands twice"),
    "a cap of a traction": (
        load("boundary = 'left'\ntraction = [0, '1 MPa']\nend_area = '1 nm2'"),
        "end_area: goes with pressure",
    ),
    "a force at no node": (
        load("point = ['55.5 nm', '1 nm']\nforce = ['1 N/m', 0]"),
        "[[loads]] 1 point: no node of the mesh at",
    ),
    "a front in the plane": (
        more("[[cracks]]\nname = 'a'\nfront = 'rim'\nfaces = 'left'"),
        "[[cracks]] 1 a: in space a crack has a front, a named edge; in a plane mesh a tip",
    ),
    "a crack in a body without": (
        more("[[cracks]]\nname = 'a'\ntip = ['50 nm', 0]\nfaces = 'left'\ndirection = [0, -1]"),
        "[[cracks]] 1 a: the crack has one face, left, and",
    ),
    "a tolerance of a period": (
        {**more("[periodic]\npairs = [['left', 'right']]"), **analysis("tolerance = 0.1")},
        "[analysis] tolerance: the mesh of a periodic cell is not refined",
    ),
    "one of a pair": (more("[periodic]\npairs = [['left']]"), "[periodic] pairs: component 1: expected 2 components"),
    "an unknown pair": (more("[periodic]\npairs = [['left', 'rigt']]"), "did you mean 'right'?"),
    "no reference": (more("[weibull]\nm = 10\nsigma_0 = '1 GPa'"), "[weibull]: needs one of V_0, A_0"),
    "a modulus of nought": (
        more("[weibull]\nm = 0\nsigma_0 = '1 GPa'\nV_0 = '1 um3'"),
        "[weibull] m: must be positive",
    ),
    "a crack without a tip": (more("[[cracks]]\nname = 'a'\nfaces = 'left'"), "[[cracks]] 1: needs one of tip, front"),
    "a crack's unknown face": (
        more("[[cracks]]\nname = 'a'\ntip = ['55 nm', 0]\ndirection = [1, 0]\nfaces = 'lip'"),
        "[[cracks]] 1 a: boundary: no boundary 'lip'",
    ),
    "a tie of one side": (more("[[ties]]\nboundaries = ['left']"), "[[ties]] 1 boundaries: expected 2 components"),
    "markup for a name": (support("boundary = '<script>'\nfix = ['x']"), "no boundary '<script>'"),
    "two lines for a name": (support('boundary = "a\\nb"\nfix = ["x"]'), "[[supports]] 1 boundary: expected a name"),
}
