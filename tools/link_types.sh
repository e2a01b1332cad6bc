#!/bin/sh
# Makes .types/tubewall, the package as type checkers and import-linter can walk it: a link for every module. (At run time
# the import hook of the editable install does this; static tools cannot follow a hook. pyright does not walk linked
# folders either, so the folders are real.) The link to pyproject.toml makes .types a project of its own for pyright:
# checked through the root, every module would be there twice and a class not be its own type.
set -eu
cd "$(dirname "$0")/.."
rm -rf .types
for file in */__init__.py; do
  folder=${file%/__init__.py}
  package=.types/tubewall
  up=../..
  if [ "$folder" != api ]; then package=$package/$folder up=../../..; fi
  mkdir -p "$package"
  for module in "$folder"/*.py "$folder"/py.typed; do
    if [ -e "$module" ]; then ln -s "$up/$module" "$package/${module##*/}"; fi
  done
done
ln -s ../pyproject.toml .types/pyproject.toml
