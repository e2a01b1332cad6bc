#!/bin/sh
# Builds the wheel, installs it into an empty environment outside the tree and runs an example from there.
# The environment borrows the libraries of .venv by a .pth file (whose own editable install is not seen through it).
set -eu
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
libraries=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# from a copy, so that what an earlier build left behind cannot slip into the wheel
mkdir "$work/source"
tar --exclude=./.git --exclude=./.venv --exclude=./.types --exclude=./build --exclude='./*.egg-info' -cf - . | tar -xf - -C "$work/source"
"$python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work" "$work/source"
"$python" -m venv --without-pip "$work/venv"
"$python" -m pip --python "$work/venv/bin/python" install --quiet --no-deps --no-index "$work"/tubewall-*.whl
echo "$libraries" >"$("$work/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/borrowed.pth"

mkdir "$work/elsewhere"
cd "$work/elsewhere"
"$work/venv/bin/python" -c 'import sys, tubewall; assert tubewall.__file__.startswith(sys.prefix), tubewall.__file__'
"$work/venv/bin/tubewall" --help >/dev/null
example=$(find "$work/source/examples" -name '*.py' | sort | head -n 1)
[ -n "$example" ] || { echo "try_wheel: there is no example to run" >&2; exit 1; }
echo "running ${example#"$work/source/"} from the installed wheel"
"$work/venv/bin/python" "$example"
