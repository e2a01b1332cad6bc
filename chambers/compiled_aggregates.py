"""Coarser graphs under walls that stand in a list: chambers with the strongest walls between them become one, twice over.

The conductances between aggregates count half, as between the cells of coarser lattices (Braess 1995).
"""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from tubewall.chambers.compiled_crew import compiled


@compiled
def pair_up(indptr, indices, width, label):
    """Number the aggregates: every chamber with its free neighbour behind the best wall, else where that wall leads.

    ``label`` (n,) is -1 at first. Returns how many aggregates there are.
    """
    count = 0
    for i in range(label.size):
        if label[i] >= 0:
            continue
        free, strong, best, most = -1, -1, 0.0, 0.0
        for k in range(indptr[i], indptr[i + 1]):
            j, g = indices[k], width[k]
            if j == i:
                continue
            if label[j] < 0 and g > best:
                free, best = j, g
            if label[j] >= 0 and g > most:
                strong, most = j, g
        if free < 0 and strong >= 0:
            label[i] = label[strong]
            continue
        label[i] = count
        if free >= 0:
            label[free] = count
        count += 1
    return count


@compiled
def members_of(label, starts, members):
    """Chambers of every aggregate; ``starts`` (c + 1,) is 0 at first."""
    for i in range(label.size):
        starts[label[i] + 1] += 1
    for c in range(starts.size - 1):
        starts[c + 1] += starts[c]
    at = starts[:-1].copy()
    for i in range(label.size):
        members[at[label[i]]] = i
        at[label[i]] += 1


@compiled
def coarse_walls(indptr, indices, label, starts, members, marker, coarse_indptr, coarse_indices, target):
    """Which walls of the aggregates the walls of chambers add up to; -1 within an aggregate.

    ``marker`` (c,) is -1 at first. Returns how many there are; ``coarse_indices`` has room for all of ``indices``.
    """
    count = 0
    for c in range(starts.size - 1):
        begin = count
        for m in range(starts[c], starts[c + 1]):
            i = members[m]
            for k in range(indptr[i], indptr[i + 1]):
                other = label[indices[k]]
                if other == c:
                    target[k] = -1
                    continue
                if marker[other] < begin:
                    marker[other] = count
                    coarse_indices[count] = other
                    count += 1
                target[k] = marker[other]
        coarse_indptr[c + 1] = count
    return count


@compiled
def gather_values(through, heavy, label, target, coarse_through, coarse_heavy):
    """Masses and halved conductances of the aggregates, which are 0 at first."""
    for k in range(through.size):
        if target[k] >= 0:
            coarse_through[target[k]] += 0.5 * through[k]
    for i in range(heavy.size):
        coarse_heavy[label[i]] += heavy[i]


@compiled
def inverse_diagonal(indptr, through, heavy, ready):
    """1 over the diagonal."""
    for i in range(heavy.size):
        total = heavy[i]
        for k in range(indptr[i], indptr[i + 1]):
            total += through[k]
        ready[i] = 1.0 / total


@compiled
def begin(first, last, ready, damping, b, x):
    """A damped Jacobi step from 0."""
    for i in range(first, last):
        x[i] = damping * ready[i] * b[i]


@compiled
def smooth(first, last, indptr, indices, through, heavy, ready, damping, b, x, out):
    """One more damped Jacobi step: out = x + damping (b - M x) / diagonal."""
    for i in range(first, last):
        own = x[i]
        total = heavy[i] * own
        for k in range(indptr[i], indptr[i + 1]):
            total += through[k] * (own - x[indices[k]])
        out[i] = own + damping * ready[i] * (b[i] - total)


@compiled
def residual(first, last, indptr, indices, through, heavy, b, x, out):
    """B - M x."""
    for i in range(first, last):
        own = x[i]
        total = heavy[i] * own
        for k in range(indptr[i], indptr[i + 1]):
            total += through[k] * (own - x[indices[k]])
        out[i] = b[i] - total


@compiled
def restrict(first, last, starts, members, r, q, coarse_b):
    """Sums of r - q over the chambers of every aggregate."""
    for c in range(first, last):
        total = 0.0
        for m in range(starts[c], starts[c + 1]):
            total += r[members[m]] - q[members[m]]
        coarse_b[c] = total


@compiled
def prolong(first, last, label, coarse_x, x):
    """Add to every chamber what its aggregate found."""
    for i in range(first, last):
        x[i] += coarse_x[label[i]]
