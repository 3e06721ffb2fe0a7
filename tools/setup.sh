#!/usr/bin/env bash
# Installs the Debian packages of the named groups that are missing, and nothing else.
set -euo pipefail
list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"

if (($# == 0)) || [[ $1 == -h || $1 == --help ]]; then
  echo "Usage: tools/setup.sh GROUP...
Installs what is missing of the groups' Debian 12 packages, listed in tools/packages.txt:
$(sed -E '/^(#|$)/d; s/ .*//' "$list" | sort | uniq -c | sed -E 's/ +([0-9]+) (.*)/  \2 (\1 packages)/')"
  exit
fi

known=false
wanted=()
while read -r group package _; do
  [[ " $* " == *" $group "* ]] || continue
  known=true
  # Node.js that is not Debian's brings its own npm, and Debian's cannot stand beside it.
  [[ $package =~ ^(nodejs|npm)$ ]] && command -v node >/dev/null && command -v npm >/dev/null && continue
  wanted+=("$package")
done <"$list"
if ! $known; then
  echo "setup: tools/packages.txt has no group '$*'" >&2
  exit 2
fi
((${#wanted[@]})) || exit 0
if ! command -v apt-get >/dev/null; then
  echo "setup: this is not Debian; install what corresponds to: ${wanted[*]}" >&2
  exit 1
fi

# dpkg-query fails for a package it never heard of, which is then missing like the others.
installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "${wanted[@]}" 2>/dev/null || true) "
missing=()
for package in "${wanted[@]}"; do
  [[ $installed == *" installed:$package "* ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  as_root=(sudo)
  if ! command -v sudo >/dev/null; then
    echo "setup: packages are missing, and there is no sudo; as root, run:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
echo "setup: installing ${missing[*]}"
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; }; then
  echo "setup: apt-get could not install the packages; they are Debian 12's (bookworm)," \
    "and its package mirror must be reachable" >&2
  exit 1
fi
