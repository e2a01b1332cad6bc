"""Peers on the problem of solid3d.py, each in its own way; run by that script, in the environment that has them.

Exit code 3 says that a program is not installed.
"""

from __future__ import annotations

import importlib
import json
import sys
import time

import numpy as np

YOUNGS, POISSON, PRESSURE = (50e9, 20e9), (0.25, 0.3), 1e6
NEEDED = {
    "scikit-fem + CHOLMOD": ("skfem", "kvxopt"),
    "scikit-fem + pyamg": ("skfem", "pyamg"),
    "FElupe + pypardiso": ("felupe", "pypardiso"),
    "NGSolve sparse Cholesky": ("ngsolve",),
    "NGSolve BDDC": ("ngsolve",),
    "MFEM": ("mfem.ser",),
    "GetFEM + MUMPS": ("getfem",),
}


def lame():
    e, nu = np.array(YOUNGS), np.array(POISSON)
    return e * nu / (1 + nu) / (1 - 2 * nu), e / 2 / (1 + nu)


def vertices_first(mesh):
    """Vertices, tetrahedra by vertices, and the number of the vertex of each node."""
    used = np.unique(mesh["cells"][:, :4])
    number = np.full(len(mesh["points"]), -1)
    number[used] = np.arange(len(used))
    return mesh["points"][used], number[mesh["cells"][:, :4]], number


def scikit_fem(mesh, solver):
    import skfem
    from scipy.spatial import cKDTree
    from skfem.helpers import ddot, eye, sym_grad, trace

    points, cells, _ = vertices_first(mesh)
    grid = skfem.MeshTet(points.T.copy(), cells.T.copy())
    basis = skfem.Basis(grid, skfem.ElementVector(skfem.ElementTetP2()), intorder=2)
    order = np.argsort(np.lexsort(np.sort(grid.t, axis=0)))
    of_mesh = np.lexsort(np.sort(cells.T, axis=0))[order]
    lam, mu = (x[mesh["region"][of_mesh]][:, None] for x in lame())

    @skfem.BilinearForm
    def form(u, v, w):
        strain = sym_grad(u)
        return ddot(2 * mu * strain + eye(lam * trace(strain), 3), sym_grad(v))

    started = time.perf_counter()
    matrix = form.assemble(basis).tocsc()
    _, node = cKDTree(mesh["points"]).query(basis.doflocs.T)
    component = np.empty(basis.N, dtype=int)
    for table in (basis.nodal_dofs, basis.edge_dofs):
        for row, dofs in enumerate(table):
            component[dofs] = row % 3
    right = mesh["forces"][node, component]
    free = np.flatnonzero(~mesh["fixed"][node, component])
    inner = matrix[free][:, free]
    assembly = time.perf_counter() - started
    started = time.perf_counter()
    x, iterations = solver(inner, right[free], mesh["points"][node[free]], component[free])
    solve = time.perf_counter() - started
    residual = np.linalg.norm(inner @ x - right[free]) / np.linalg.norm(right[free])
    return assembly, solve, iterations, residual, right[free] @ x


def cholmod(matrix, right, points, component):
    from kvxopt import cholmod, spmatrix
    from kvxopt import matrix as dense

    lower = matrix.tocoo()
    keep = lower.row >= lower.col
    a = spmatrix(lower.data[keep], lower.row[keep], lower.col[keep], matrix.shape)
    x = dense(right)
    cholmod.linsolve(a, x)
    return np.array(x).ravel(), 0


def pyamg_solver(matrix, right, points, component):
    import pyamg

    x, y, z = ((points - points.mean(axis=0)) / np.ptp(points)).T
    modes = np.zeros((len(right), 6))
    modes[np.arange(len(right)), component] = 1
    for k, values in enumerate(((0 * x, -z, y), (z, 0 * x, -x), (-y, x, 0 * x))):
        modes[:, 3 + k] = np.choose(component, values)
    count = [0]

    def counted(_):
        count[0] += 1

    levels = pyamg.smoothed_aggregation_solver(matrix.tocsr(), B=modes, max_coarse=300)
    return levels.solve(right, tol=1e-10, accel="cg", maxiter=300, callback=counted), count[0]


def felupe(mesh):
    import felupe as fem
    from pypardiso import spsolve

    grid = fem.Mesh(mesh["points"], mesh["cells"].astype(np.int64), "tetra10")
    started = time.perf_counter()
    matrix = 0
    for number, (e, nu) in enumerate(zip(YOUNGS, POISSON, strict=True)):
        part = fem.Mesh(mesh["points"], grid.cells[mesh["region"] == number], "tetra10")
        field = fem.FieldContainer([fem.Field(fem.RegionQuadraticTetra(part), dim=3)])
        solid = fem.SolidBody(fem.LinearElastic(E=e, nu=nu), field)
        matrix = matrix + solid.assemble.matrix()
    free = np.flatnonzero(~mesh["fixed"].ravel())
    right = mesh["forces"].ravel()[free]
    inner = matrix.tocsr()[free][:, free]
    assembly = time.perf_counter() - started
    started = time.perf_counter()
    x = spsolve(inner, right)
    solve = time.perf_counter() - started
    return assembly, solve, 0, np.linalg.norm(inner @ x - right) / np.linalg.norm(right), right @ x


def ngsolve_mesh(mesh):
    import ngsolve
    from netgen.meshing import Element2D, Element3D, FaceDescriptor, Mesh, MeshPoint, Pnt

    points, cells, number = vertices_first(mesh)
    grid = Mesh(dim=3)
    ids = [grid.Add(MeshPoint(Pnt(*p))) for p in 1e7 * points]
    for tag in range(1, 5):
        grid.Add(FaceDescriptor(surfnr=tag, domin=1, bc=tag))
        grid.SetBCName(tag - 1, ("pressed", "bottom", "sides x", "sides y")[tag - 1])
    grid.SetMaterial(1, "wall")
    grid.SetMaterial(2, "slab")
    for cell, region in zip(cells, mesh["region"], strict=True):
        # Netgen counts the other way round
        grid.Add(Element3D(int(region) + 1, [ids[i] for i in cell[[0, 2, 1, 3]]]))
    for facet, tag in zip(number[mesh["facets"][:, :3]], mesh["tags"], strict=True):
        grid.Add(Element2D(int(tag), [ids[i] for i in facet]))
    return ngsolve.Mesh(grid)


def ngsolve(mesh, bddc):
    import ngsolve as ng

    # lengths of 100 nm and stiffness in GPa; energy is taken back to joules
    grid = ngsolve_mesh(mesh)
    threads = int(__import__("os").environ.get("OMP_NUM_THREADS", "2"))
    ng.SetNumThreads(threads)
    with ng.TaskManager():
        started = time.perf_counter()
        space = ng.VectorH1(grid, order=2, dirichlet="bottom", dirichletx="sides x", dirichlety="sides y")
        u, v = space.TnT()
        lam, mu = (grid.MaterialCF({"wall": x[0] / 1e9, "slab": x[1] / 1e9}) for x in lame())

        def strain(w):
            return 0.5 * (ng.Grad(w) + ng.Grad(w).trans)

        a = ng.BilinearForm(space, symmetric=True)
        stress = 2 * mu * strain(u) + lam * ng.Trace(strain(u)) * ng.Id(3)
        a += ng.InnerProduct(stress, strain(v)) * ng.dx
        pre = ng.Preconditioner(a, "bddc") if bddc else None
        a.Assemble()
        f = ng.LinearForm(space)
        # a centre inside the bore tells which way a facet is pushed
        centre = ng.CF((0.65, 0.65, ng.z + 0.1))
        away = ng.CF((ng.x, ng.y, ng.z)) - centre
        normal = ng.specialcf.normal(3)
        push = ng.IfPos(ng.InnerProduct(normal, away), 1, -1)
        f += PRESSURE / 1e9 * push * ng.InnerProduct(normal, v) * ng.ds("pressed")
        f.Assemble()
        assembly = time.perf_counter() - started
        started = time.perf_counter()
        x = ng.GridFunction(space)
        iterations = 0
        if bddc:
            from ngsolve.krylovspace import CGSolver

            solver = CGSolver(mat=a.mat, pre=pre, tol=1e-10, maxiter=500)
            x.vec.data = solver * f.vec
            iterations = solver.iterations
        else:
            x.vec.data = a.mat.Inverse(space.FreeDofs(), inverse="sparsecholesky") * f.vec
        solve = time.perf_counter() - started
        rest = f.vec.CreateVector()
        rest.data = f.vec - a.mat * x.vec
        free = np.array(list(space.FreeDofs()), dtype=bool)
        residual = np.linalg.norm(rest.FV().NumPy()[free]) / np.linalg.norm(f.vec.FV().NumPy()[free])
        energy = 1e9 * 1e-21 * ng.InnerProduct(f.vec, x.vec)
    return assembly, solve, iterations, residual, energy


def mfem(mesh):
    import mfem.ser as mfem

    points, cells, number = vertices_first(mesh)
    facets = number[mesh["facets"][:, :3]]
    # pressed facets of the bore's floor lie between the materials; they carry their force as a vector of the nodes instead
    grid = mfem.Mesh(3, len(points), len(cells), int((mesh["tags"] > 1).sum()), 3)
    for p in 1e7 * points:
        grid.AddVertex(*p)
    for cell, region in zip(cells, mesh["region"], strict=True):
        grid.AddTet(*(int(i) for i in cell), int(region) + 1)
    for facet, tag in zip(facets, mesh["tags"], strict=True):
        if tag > 1:
            grid.AddBdrTriangle(*(int(i) for i in facet), int(tag))
    grid.FinalizeTetMesh(1, 0, True)
    started = time.perf_counter()
    space = mfem.FiniteElementSpace(grid, mfem.H1_FECollection(2, 3), 3)
    grid.SetNodalFESpace(space)
    from scipy.spatial import cKDTree

    nodes = grid.GetNodes()
    count = space.GetNDofs()
    values = nodes.GetDataArray()
    ordering = space.GetOrdering()
    places = values.reshape(3, count).T if ordering == 0 else values.reshape(count, 3)
    _, node = cKDTree(1e7 * mesh["points"]).query(places)
    lam, mu = lame()
    a = mfem.BilinearForm(space)
    coefficient = [mfem.PWConstCoefficient(mfem.Vector(list(x / 1e9))) for x in (lam, mu)]
    a.AddDomainIntegrator(mfem.ElasticityIntegrator(*coefficient))
    a.Assemble()
    b = mfem.LinearForm(space)
    b.Assemble()
    table, held = 1e5 * mesh["forces"][node], mesh["fixed"][node]
    flat = (table.T if ordering == 0 else table).ravel()
    b.GetDataArray()[:] = flat
    essential = mfem.intArray([int(i) for i in np.flatnonzero((held.T if ordering == 0 else held).ravel())])
    x = mfem.GridFunction(space)
    x.Assign(0.0)
    matrix, right, start = mfem.SparseMatrix(), mfem.Vector(), mfem.Vector()
    a.FormLinearSystem(essential, x, b, matrix, start, right)
    assembly = time.perf_counter() - started
    started = time.perf_counter()
    solver = mfem.CGSolver()
    smoother = mfem.GSSmoother(matrix)
    solver.SetRelTol(1e-10)
    solver.SetMaxIter(5000)
    solver.SetPreconditioner(smoother)
    solver.SetOperator(matrix)
    solver.Mult(right, start)
    solve = time.perf_counter() - started
    rest = mfem.Vector(right.Size())
    matrix.Mult(start, rest)
    residual = np.linalg.norm(rest.GetDataArray() - right.GetDataArray()) / np.linalg.norm(right.GetDataArray())
    # forces in 1e-5 N, lengths in 1e-7 m
    energy = float(right.GetDataArray() @ start.GetDataArray()) * 1e-5 * 1e-7
    return assembly, solve, int(solver.GetNumIterations()), residual, energy


def getfem(mesh):
    import getfem as gf

    points, cells, _ = vertices_first(mesh)
    started = time.perf_counter()
    grid = gf.Mesh("empty", 3)
    grid.add_point(1e7 * points.T)
    grid.add_convex(gf.GeoTrans("GT_PK(3,1)"), (1e7 * points)[cells].transpose(2, 1, 0))
    space = gf.MeshFem(grid, 3)
    space.set_fem(gf.Fem("FEM_PK(3,2)"))
    rule = gf.MeshIm(grid, gf.Integ("IM_TETRAHEDRON(2)"))
    data = gf.MeshFem(grid, 1)
    data.set_fem(gf.Fem("FEM_PK(3,0)"))
    region = mesh["region"][np.argsort(grid.cvid())]
    lam, mu = (x[region] / 1e9 for x in lame())
    matrix = gf.asm_linear_elasticity(rule, space, data, lam, mu)
    places = space.basic_dof_nodes().T
    from scipy.spatial import cKDTree

    _, node = cKDTree(1e7 * mesh["points"]).query(places)
    component = np.arange(len(node)) % 3
    right = 1e5 * mesh["forces"][node, component]
    free = np.flatnonzero(~mesh["fixed"][node, component])
    matrix.to_csc()
    inner = gf.Spmat("copy", matrix, free, free)
    assembly = time.perf_counter() - started
    started = time.perf_counter()
    x = gf.linsolve_mumps(inner, right[free]).ravel()
    solve = time.perf_counter() - started
    residual = np.linalg.norm(inner.mult(x) - right[free]) / np.linalg.norm(right[free])
    return assembly, solve, 0, residual, float(right[free] @ x) * 1e-12


def main() -> None:
    program, path = sys.argv[2:4]
    for name in NEEDED[program]:
        try:
            importlib.import_module(name)
        except ImportError:
            sys.exit(3)
    with np.load(path) as file:
        mesh = dict(file)
    runs = {
        "scikit-fem + CHOLMOD": lambda: scikit_fem(mesh, cholmod),
        "scikit-fem + pyamg": lambda: scikit_fem(mesh, pyamg_solver),
        "FElupe + pypardiso": lambda: felupe(mesh),
        "NGSolve sparse Cholesky": lambda: ngsolve(mesh, False),
        "NGSolve BDDC": lambda: ngsolve(mesh, True),
        "MFEM": lambda: mfem(mesh),
        "GetFEM + MUMPS": lambda: getfem(mesh),
    }
    assembly, solve, iterations, residual, energy = runs[program]()
    result = {
        "assembly": assembly,
        "solve": solve,
        "iterations": int(iterations),
        "residual": float(residual),
        "energy": float(energy),
        "versions": {name: getattr(importlib.import_module(name), "__version__", "") for name in NEEDED[program]},
    }
    print("\n" + json.dumps(result))


if __name__ == "__main__":
    main()
