#!/bin/sh
# Rebuilds requirements.lock from pyproject.toml: exact versions with hashes for Linux x86-64, Python 3.11 to 3.13.
#
#   tools/lock.sh             the newest versions that pyproject.toml allows
#   tools/lock.sh --keep      only what pyproject.toml newly asks for; the rest stays as it is
#
# uv goes into a throw-away environment. Configuration of the machine is left out of the resolution, so that no local
# package folder can leak into the lock; it holds names, versions, markers and hashes, and no host and no path.
set -eu
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet uv

if [ "${1:-}" = --keep ]; then cp requirements.lock "$work/requirements.lock"; fi
env -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS -u PIP_FIND_LINKS \
  "$work/venv/bin/uv" pip compile pyproject.toml \
  --group test --group check --group build --universal --python-version 3.11 \
  --only-binary :all: --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet \
  --output-file "$work/requirements.lock" >"$work/printed"

if grep -nE '://|^ *(-|--)[a-z]|@ |file:' "$work/requirements.lock" | grep -v -- '--hash='; then
  echo "tools/lock.sh: the lines above name a place; the lock was not written" >&2
  exit 1
fi
cp "$work/requirements.lock" requirements.lock
echo "requirements.lock: $(grep -c '==' requirements.lock) packages"
