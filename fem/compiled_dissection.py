"""Nested dissection by straight cuts, compiled: a part is cut where the fewest nodes tie its two sides together."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tubewall.fem.compiled import compiled

# the share of a part that either side of a cut holds at least
_LEAST = 0.3


@compiled
def dissect(rows, columns, width, nodes, lists, leaf, thin):
    """Reorder ``lists`` (d, n) so that each holds the order of elimination: first one side, then the other, then the cut.

    At first a list holds the nodes ascending along one direction. The graph is that of a matrix with the rows ``width * v``
    for node v < ``nodes``. Parts of ``leaf`` nodes stay whole. Nothing is done, and False the answer, where the first cut meets
    fewer than ``thin`` nodes.
    """
    n = lists.shape[1]
    part = np.full(nodes, -1, np.int32)
    part[lists[0]] = 0
    rank = np.zeros((nodes, len(lists)), np.int32)
    ties = np.zeros((2 * len(lists), n + 1), np.int32)
    spare = np.empty(n, np.int32)
    waiting = [(0, n)]
    last = 0
    while len(waiting) > 0:
        first, stop = waiting.pop()
        if stop - first <= leaf:
            continue
        count_ties(rows, columns, width, nodes, lists, first, stop, part, rank, ties)
        kind, place, count = best_cut(ties, stop - first)
        if last == 0 and count < thin:
            return False
        sides = split(rows, columns, width, nodes, lists, first, stop, part, rank, kind, place, last)
        last += 3
        for d in range(len(lists)):
            spare[first:stop] = lists[d, first:stop]
            a, b, c = first, first + sides[0], first + sides[0] + sides[1]
            for i in range(first, stop):
                v = spare[i]
                if part[v] == last - 2:
                    lists[d, a] = v
                    a += 1
                elif part[v] == last - 1:
                    lists[d, b] = v
                    b += 1
                else:
                    lists[d, c] = v
                    c += 1
        waiting.append((first, first + sides[0]))
        waiting.append((first + sides[0], first + sides[0] + sides[1]))
    return True


@compiled
def count_ties(rows, columns, width, nodes, lists, first, stop, part, rank, ties):
    """How many nodes before each place of each list have a neighbour behind it, and how many behind one before.

    They come as differences: ``ties[2 d]`` and ``ties[2 d + 1]``; ``rank`` (nodes, d) tells the places.
    """
    low, high = np.empty(len(lists), np.int32), np.empty(len(lists), np.int32)
    ties[:, : stop - first + 1] = 0
    for d in range(len(lists)):
        for i in range(first, stop):
            rank[lists[d, i], d] = i - first
    for i in range(first, stop):
        v = lists[0, i]
        low[:] = rank[v]
        high[:] = rank[v]
        for p in range(rows[width * v], rows[width * v + 1], width):
            h = columns[p] // width
            if h < nodes and part[h] == part[v]:
                for d in range(len(lists)):
                    low[d] = min(low[d], rank[h, d])
                    high[d] = max(high[d], rank[h, d])
        for d in range(len(lists)):
            ties[2 * d, rank[v, d]] += 1
            ties[2 * d, high[d]] -= 1
            ties[2 * d + 1, low[d]] += 1
            ties[2 * d + 1, rank[v, d]] -= 1


@compiled
def best_cut(ties, size):
    """The kind of cut (row of ``ties``) and the last place before it that ties fewest nodes, halves preferred; their number."""
    best, kind, place, fewest = np.inf, 0, size // 2, 0
    for d in range(len(ties)):
        count = 0
        for c in range(size - 1):
            count += ties[d, c]
            if _LEAST * size <= c + 1 <= (1 - _LEAST) * size:
                off = (2 * c + 2 - size) / size
                score = (count + 0.5) * (1 + off * off)
                if score < best:
                    best, kind, place, fewest = score, d, c, count
    return kind, place, fewest


@compiled
def split(rows, columns, width, nodes, lists, first, stop, part, rank, kind, place, last):
    """Number the sides of a cut ``last + 1``, ``last + 2`` and its nodes ``last + 3`` in ``part``; the sizes of the sides."""
    old, d, before = part[lists[0, first]], kind // 2, kind % 2 == 0
    mine = 0, 0
    for i in range(first, stop):
        v = lists[0, i]
        side = rank[v, d] <= place
        cut = False
        if side == before:
            for p in range(rows[width * v], rows[width * v + 1], width):
                h = columns[p] // width
                # neighbours of this part may have their new number already
                if h < nodes and (part[h] == old or part[h] > last) and (rank[h, d] <= place) != side:
                    cut = True
                    break
        if cut:
            part[v] = last + 3
        elif side:
            part[v] = last + 1
            mine = mine[0] + 1, mine[1]
        else:
            part[v] = last + 2
            mine = mine[0], mine[1] + 1
    return mine
