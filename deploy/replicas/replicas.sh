#!/usr/bin/env bash
# Several replicas of the service on this machine: installs PostgreSQL and HAProxy where they are missing,
# then does what replicas.py does.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"

installed() {
  command -v python3 >/dev/null && compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null &&
    PATH="$PATH:/usr/sbin" command -v haproxy >/dev/null
}
case "${1-}" in
  start | copy)
    if ! installed && ! { [[ -x $root/tools/setup.sh ]] && "$root/tools/setup.sh" replicas; }; then
      echo "replicas: PostgreSQL, HAProxy and Python 3 are needed: apt install postgresql haproxy python3;
  without them one process on a folder still serves: auscult serve --data-dir DIR" >&2
      exit 1
    fi
    ;;
esac
exec python3 "$here/replicas.py" "$@"
