#!/bin/sh
# Proves on a bare minimal system that the two commands of the README work with nothing installed: a chroot made by
# debootstrap, which has neither Python nor a graphics library, gets a copy of the last commit and runs them.
#
#   tools/prove_bare_system.sh [suite [mirror]]
#
# As root, with debootstrap installed. The suite is bookworm unless given; the mirror is the one that apt of this machine
# is configured with (Ubuntu's has to be given: noble <mirror>). TUBEWALL_COMMANDS replaces the commands, one a line: the
# default is --version, whose seconds are those of the set-up, then doctor, thickness, test. TUBEWALL_WITHOUT_RENDERER
# replaces the one that is tried after the graphics library was taken away again (thickness). TUBEWALL_LIMIT is what one
# command may take (1800 s): one that never ends has failed. How this machine reaches its package index (PIP_* variables, certificate, proxies) is
# handed in by the environment.
set -eu
cd "$(dirname "$0")/.."
suite=${1:-bookworm}
configured=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | head -n 1)
mirror=${2:-$configured}
bare=$(mktemp -d "${TMPDIR:-/tmp}/tubewall-bare.XXXXXX")
commands=${TUBEWALL_COMMANDS:---version
doctor
thickness
test}

[ "$(id -u)" = 0 ] || { echo "prove_bare_system: needs root for chroot" >&2; exit 3; }
command -v debootstrap >/dev/null || { echo "prove_bare_system: apt-get install -y debootstrap" >&2; exit 3; }

clean_up() {
  umount "$bare/proc" 2>/dev/null || :
  rm -rf --one-file-system "$bare"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

inside() { # runs its words in the bare system with a clean environment and what pip needs to reach its index
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"} ${PIP_CERT:+PIP_CERT=/certificates.pem} \
    ${PIP_DEFAULT_TIMEOUT:+PIP_DEFAULT_TIMEOUT="$PIP_DEFAULT_TIMEOUT"} \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} \
    chroot "$bare" "$@"
}

chmod 755 "$bare"
echo "== a bare $suite in $bare"
# Ubuntu keeps python3-venv in universe, which every Ubuntu has switched on
case $mirror in *ubuntu*) components=main,universe script=gutsy ;; *) components=main script=sid ;; esac
# a suite younger than this debootstrap is made like the others of its family
if [ -e "/usr/share/debootstrap/scripts/$suite" ]; then script=; fi
# shellcheck disable=SC2086
debootstrap --variant=minbase --components="$components" "$suite" "$bare" "$mirror" $script >"$bare.log" 2>&1 || { tail -n 20 "$bare.log"; exit 1; }
rm -f "$bare.log"
[ -e "$bare/proc/self" ] || mount -t proc proc "$bare/proc"
# debootstrap leaves it to root alone; on a running system everyone has shared memory
chmod 1777 "$bare/dev/shm"
cp -L /etc/resolv.conf "$bare/etc/resolv.conf"
# under a name of its own: apt will bring ca-certificates and write its own bundle
if [ -n "${PIP_CERT:-}" ]; then cp -L "$PIP_CERT" "$bare/certificates.pem"; fi
mkdir "$bare/tubewall"
git archive HEAD | tar -x -C "$bare/tubewall"

for tool in python3 pip gcc git; do
  if inside sh -c "command -v $tool" >/dev/null; then echo "has $tool"; else echo "has no $tool"; fi
done
inside sh -c '. /etc/os-release; echo "$PRETTY_NAME"'

timed() { # runs ./run with its words, and says how long it took; a failure is told at the end
  echo "== ./run $*"
  start=$(date +%s)
  code=0
  inside timeout --foreground --kill-after=10 "${TUBEWALL_LIMIT:-1800}" sh -c 'cd /tubewall && exec ./run "$@"' run "$@" </dev/null || code=$?
  echo "== ./run $* took $(($(date +%s) - start)) s, exit code $code"
  [ "$code" = 0 ] || echo "./run $*: exit code $code" >>"$bare/failed"
}

refused() { # the words must end with exit code 3 and name what brings the libraries
  echo "== $*"
  code=0
  "$@" >"$bare/printed" 2>&1 </dev/null || code=$?
  cat "$bare/printed"
  [ "$code" = 3 ] && grep -q "apt-get update && apt-get install" "$bare/printed" ||
    echo "$*: exit code $code, or without the line that helps" >>"$bare/failed"
}

refused inside su nobody -s /bin/sh -c 'cd /tubewall && ./run thickness'
echo "$commands" | while read -r command; do
  # shellcheck disable=SC2086
  timed $command
done

echo "== without a renderer the main job still ends with its answer and a flat picture"
inside apt-get purge -y libegl1 >/dev/null 2>&1
rm -f "$bare/tubewall/report.html"
timed ${TUBEWALL_WITHOUT_RENDERER:-thickness}
if [ -z "${TUBEWALL_WITHOUT_RENDERER:-}" ]; then
  grep -o "No 3D renderer works on this machine[^<]*" "$bare/tubewall/report.html" || echo "no flat picture" >>"$bare/failed"
fi
echo "== without the libraries of gmsh the doctor names them, and who is not root is told the line"
inside apt-get purge -y libglu1-mesa libxft2 >/dev/null 2>&1
refused inside sh -c 'cd /tubewall && ./run doctor'
rm -f "$bare/tubewall/.venv/libraries"
refused inside su nobody -s /bin/sh -c 'cd /tubewall && ./run thickness --report /tmp/report.html'
echo "== without the venv module of Debian likewise"
inside sh -c 'rm -rf /tubewall/.venv && apt-get purge -y "python3*-venv"' >/dev/null 2>&1
refused inside su nobody -s /bin/sh -c 'cd /tubewall && ./run thickness'
if [ -e "$bare/failed" ]; then
  echo "== $suite: failed:"
  cat "$bare/failed"
  exit 1
fi
echo "== $suite: all of it works on a bare system"
