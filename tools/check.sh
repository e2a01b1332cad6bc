#!/bin/sh
# Format, lint, types and layers; runs them all and fails if any failed. Called by ./run check, which sets up first.
set -u
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
failed=

check() {
  echo "== $*"
  "$@" || failed="$failed, $1"
}

# pyright says at every start that a newer one exists; the lock decides
export PYRIGHT_PYTHON_IGNORE_WARNINGS=1 MYPYPATH=.types PYTHONPATH=.types
check ruff format --check .
check ruff check .
check tools/link_types.sh
check mypy -p tubewall
check pyright --project .types --pythonpath .venv/bin/python
# its cache keeps what a file imported before a module that it names existed
check lint-imports --no-cache
[ -z "$failed" ] || { echo "failed: ${failed#, }" >&2; exit 1; }
echo "all checks passed"
