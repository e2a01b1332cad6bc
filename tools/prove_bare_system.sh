#!/bin/sh
# Proves on a bare minimal system that the two commands of the README work with nothing installed: a chroot made by
# debootstrap, which has neither Python nor a graphics library, gets a copy of the last commit and runs them.
#
#   tools/prove_bare_system.sh [suite [mirror [folder]]]
#
# As root, with debootstrap installed. The suite is bookworm unless given; the mirror is the one that apt of this machine
# is configured with. TUBEWALL_COMMANDS replaces the commands (one a line; the default is 'doctor', 'thickness', 'test').
# How this machine reaches its package index (PIP_* variables, certificate, proxies) is handed in by the environment.
set -eu
cd "$(dirname "$0")/.."
suite=${1:-bookworm}
configured=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | head -n 1)
mirror=${2:-$configured}
bare=${3:-$(mktemp -d "${TMPDIR:-/tmp}/tubewall-bare.XXXXXX")}
commands=${TUBEWALL_COMMANDS:-doctor
thickness
test}

[ "$(id -u)" = 0 ] || { echo "prove_bare_system: needs root for chroot" >&2; exit 3; }
command -v debootstrap >/dev/null || { echo "prove_bare_system: apt-get install -y debootstrap" >&2; exit 3; }

clean_up() {
  umount "$bare/proc" 2>/dev/null || :
  rm -rf "$bare"
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
debootstrap --variant=minbase "$suite" "$bare" "$mirror" >"$bare.log" 2>&1 || { tail -n 20 "$bare.log"; exit 1; }
rm -f "$bare.log"
[ -e "$bare/proc/self" ] || mount -t proc proc "$bare/proc"
cp -L /etc/resolv.conf "$bare/etc/resolv.conf"
# under a name of its own: apt will bring ca-certificates and write its own bundle
if [ -n "${PIP_CERT:-}" ]; then cp -L "$PIP_CERT" "$bare/certificates.pem"; fi
mkdir "$bare/tubewall"
git archive HEAD | tar -x -C "$bare/tubewall"

for tool in python3 pip gcc git; do
  if inside sh -c "command -v $tool" >/dev/null; then echo "has $tool"; else echo "has no $tool"; fi
done
inside sh -c '. /etc/os-release; echo "$PRETTY_NAME"'

echo "$commands" | while read -r command; do
  echo "== ./run $command"
  start=$(date +%s)
  # shellcheck disable=SC2086
  inside sh -c 'cd /tubewall && exec ./run "$@"' run $command </dev/null
  echo "== ./run $command took $(($(date +%s) - start)) s"
done
echo "== $suite: the commands work on a bare system"
