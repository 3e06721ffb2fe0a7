#!/usr/bin/env bash
# Usage: tests/package/package_test.sh BUILD-FOLDER
#
# Makes the Debian package of a build, installs it in a bare Debian, runs it as its user, removes it.
# Ends with status 77 where that cannot be done here. AUSCULT_BARE_ROOT names the folder of a bare
# Debian 12 (debootstrap --variant=minbase), which is copied instead of making one.
set -euo pipefail
build="$1"
work="$(mktemp -d)"
root="$work/root"
server=""
manager=""

cleanup() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  [[ -z $manager ]] || kill "$manager" 2>/dev/null || true
  umount "$root/proc" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

skip() {
  echo "SKIPPED: $1"
  exit 77
}
fail() {
  echo "FAILED: $1" >&2
  exit 1
}
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }

[[ $(id -u) == 0 ]] || skip "a chroot needs root"
for tool in curl python3; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
command -v dpkg-shlibdeps >/dev/null || skip "dpkg-dev is not installed"
[[ -n ${AUSCULT_BARE_ROOT-} ]] || command -v debootstrap >/dev/null || skip "debootstrap is not installed"

cpack --config "$build/CPackConfig.cmake" -B "$work/package" >"$work/cpack.log" 2>&1 ||
  { cat "$work/cpack.log"; fail "cpack"; }
package=("$work"/package/*.deb)
[[ -f ${package[0]} ]] || fail "there is no package"
dpkg-deb --field "${package[0]}" Package Version Depends

if [[ -n ${AUSCULT_BARE_ROOT-} ]]; then
  cp -a "$AUSCULT_BARE_ROOT" "$root"
else
  # shellcheck disable=SC2016 # apt's own variable
  mirror="$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 2>/dev/null | head -1)"
  debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"} >"$work/debootstrap.log" 2>&1 ||
    skip "debootstrap failed: $(tail -1 "$work/debootstrap.log")"
fi
# It gets its packages as this machine does, and starts nothing.
cp -a /etc/apt/. "$root/etc/apt/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
[[ ! -d /usr/share/keyrings ]] || cp -an /usr/share/keyrings/. "$root/usr/share/keyrings/"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp "${package[0]}" "$root/auscult.deb"
inside apt-get update >"$work/apt.log" 2>&1 || skip "no packages can be fetched: $(tail -1 "$work/apt.log")"
inside apt-get install -y --no-install-recommends /auscult.deb >"$work/apt.log" 2>&1 ||
  { tail -20 "$work/apt.log"; fail "it cannot be installed"; }
echo "installed"

inside auscult --version
[[ $(inside stat -c '%U %a' /var/lib/auscult) == "auscult 700" ]] || fail "/var/lib/auscult"
# shellcheck disable=SC2016 # dpkg's own variable
inside dpkg-query --showformat '${Conffiles}\n' --show auscult | grep -q /etc/auscult/auscult.toml ||
  fail "the settings are no conffile"
for file in usr/lib/systemd/system/auscult.service usr/share/man/man1/auscult.1 \
  usr/share/man/man1/auscult-serve.1 usr/share/doc/auscult/copyright \
  usr/share/auscult/models/auscult-1/model.onnx usr/lib/systemd/system/auscult@.service \
  usr/lib/systemd/system/auscult-worker.service usr/share/auscult/replicas/replicas.sh \
  usr/share/auscult/replicas/haproxy.cfg; do
  [[ -s $root/$file ]] || fail "/$file is missing"
done
bash -n "$root/usr/share/bash-completion/completions/auscult" || fail "the completion"

# As the unit starts it, but on a free port; what it would tell systemd is written down.
mount -t proc proc "$root/proc" 2>/dev/null || true
python3 -c '
import os, socket, sys
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
while True:
    print(manager.recv(100).decode(), flush=True)
' "$root/run/notify" >"$work/told" &
manager=$!
while [[ ! -S $root/run/notify ]]; do sleep 0.1; done
(
  umask 0077
  export NOTIFY_SOCKET=/run/notify AUSCULT_LOG_FORMAT=json
  exec chroot --userspec=auscult:auscult "$root" /usr/bin/auscult \
    --config /etc/auscult/auscult.toml serve --port 0
) >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 300); do
  grep -q 'listens on' "$work/out" && break
  kill -0 "$server" 2>/dev/null || { cat "$work/err"; fail "the service ended"; }
  sleep 0.2
done
url="$(grep -o 'http://[0-9.:]*' "$work/out")" || fail "the service did not begin to listen"
answer="$(head -c 96000 /dev/zero | curl -sS --max-time 60 --data-binary @- "$url/upload_audio")"
[[ $answer == *"|Conf: "* ]] || fail "an upload is answered with: $answer"
echo "answered: $answer"
metrics="$(curl -sS --max-time 60 "$url/metrics")"
grep -q '^auscult_store_recordings 1$' <<<"$metrics" || fail "/metrics"
[[ $(stat -c %a "$root/var/lib/auscult/auscult.db") == 600 ]] || fail "others may read the recordings"
kill -TERM "$server"
wait "$server" || { cat "$work/err"; fail "the service ended badly"; }
server=""
for state in READY WATCHDOG STOPPING; do
  grep -q "^$state=1$" "$work/told" || fail "the service manager was not told $state=1"
done
python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert any(line["message"] == "request" and line["status"] == 200 for line in lines)
' "$work/err" || { cat "$work/err"; fail "the log is not JSON"; }
umount "$root/proc" 2>/dev/null || true

inside apt-get remove -y auscult >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; fail "remove"; }
[[ ! -e $root/usr/bin/auscult ]] || fail "the command is still there"
[[ -e $root/etc/auscult/auscult.toml ]] || fail "remove took the settings"
inside apt-get purge -y auscult >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; fail "purge"; }
[[ ! -e $root/etc/auscult/auscult.toml ]] || fail "purge left the settings"
[[ -e $root/var/lib/auscult/auscult.db ]] || fail "purge took the recordings"
grep -q 'yours to keep' "$work/apt.log" || fail "purge does not say that the recordings stay"
echo "removed; the recordings stayed"
