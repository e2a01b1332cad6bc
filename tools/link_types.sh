#!/bin/sh
# Makes .types/tubewall, the package as type checkers and import-linter can walk it: one link per file of api/ and one
# per code folder. (At run time the import hook of the editable install does this; static tools cannot follow a hook.)
set -eu
cd "$(dirname "$0")/.."
rm -rf .types
mkdir -p .types/tubewall
for file in api/*.py api/py.typed; do ln -s "../../$file" ".types/tubewall/${file#api/}"; done
for room in */__init__.py; do
  room=${room%/__init__.py}
  [ "$room" = api ] || ln -s "../../$room" ".types/tubewall/$room"
done
