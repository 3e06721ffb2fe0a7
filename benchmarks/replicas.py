#!/usr/bin/env python3
"""What one, two and three replicas behind HAProxy on one PostgreSQL do, and what an upload costs.

Usage: benchmarks/replicas.py [--binary AUSCULT] [--rounds 5] [--seconds 10] [--sound-s 4]

In each round each of the four (SQLite with one process, PostgreSQL with one, two and three) is started anew on
an empty store, PostgreSQL with fsync, all behind HAProxy; wrk uploads recordings of which no two are the
same over 16 connections, after a second of warming up. The order turns round with each round, so that
whatever else the machine does meets all. Then one connection alone uploads for a third of the time, which
shows what a commit takes when nobody waits for it. Prints a table of medians (lowest and highest in
brackets) and all figures as JSON. Needs Linux, wrk, and what deploy/replicas needs.
"""
import argparse
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "deploy/replicas")]

import cluster  # noqa: E402
from stalled_connections import heart_pcm  # noqa: E402

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 16
WARM_UP_S = 1
# Name, replicas, whether on PostgreSQL.
VARIANTS = [("SQLite, 1", 1, False), ("PostgreSQL, 1", 1, True), ("PostgreSQL, 2", 2, True),
            ("PostgreSQL, 3", 3, True)]


def cpu_s(pid):
    """Of a process and those that it waited for."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(field) for field in fields[11:15]) / TICKS_PER_S


def with_children(pid):
    """The same, with those that still run. Who ends between two calls passes from one to the other."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return cpu_s(pid) + sum(cpu_s(child) for child in children)


class OnSqlite(cluster.Replica):
    """One on a folder instead of a database; `start` is given the folder."""

    def start(self, folder):
        self.process = cluster.Process.start(
            [self.binary, "serve", "--address", "127.0.0.1", "--port", self.port, "--data-dir", folder,
             *self.options], self.log, None, self.dies_with_us)


class Stack:
    """What is measured, in a folder of its own; ended with the block."""

    def __init__(self, arguments, replicas, is_postgres):
        self._folder = tempfile.TemporaryDirectory(prefix="auscult-replicas-")
        self.folder = pathlib.Path(self._folder.name)
        self.folder.chmod(0o711)
        ports = cluster.free_ports(replicas + 1)
        self.database = cluster.Database(self.folder / "database", replicas, True) if is_postgres else None
        options = ["--model", arguments.model, "--log-level", "warning", "--open-to-all",
                   "--max-requests-per-connection", "1000000"]
        kind = cluster.Replica if is_postgres else OnSqlite
        self.replicas = [kind(number, port, arguments.binary, options, self.folder / f"replica-{number}.log",
                              True) for number, port in enumerate(ports[1:], 1)]
        self.balancer = cluster.Balancer(self.folder, "127.0.0.1", ports[0], self.folder / "haproxy.log", True)

    def __enter__(self):
        try:
            store = self.folder / "data"
            if self.database is not None:
                self.database.create()
                self.database.start()
                store = self.database.url()
            for replica in self.replicas:
                replica.start(store)
            for replica in self.replicas:
                replica.wait_ready()
            self.balancer.start(self.replicas)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.balancer.stop()
        for replica in self.replicas:
            replica.stop(signal.SIGKILL)
        if self.database is not None:
            self.database.stop(signal.SIGQUIT)
        self._folder.cleanup()

    def upload(self, sound, connections, seconds):
        run = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "30s", "-s",
             ROOT / "benchmarks/upload.lua", f"http://127.0.0.1:{self.balancer.port}/upload_audio"],
            env={**os.environ, "BODY": str(sound)}, stdout=subprocess.PIPE, check=False, text=True)
        result = json.loads(run.stdout.strip().splitlines()[-1])
        if run.returncode != 0 or result["failed"] or result["broken"] or not result["requests"]:
            raise cluster.Failed(f"uploads failed: {run.stdout}")
        return result

    def cpu(self):
        of = {"auscult": sum(cpu_s(replica.process.pid) for replica in self.replicas),
              "haproxy": cpu_s(self.balancer.process.pid)}
        if self.database is not None:
            of["postgres"] = with_children(self.database.process.pid)
        return of

    def metric(self, name):
        """The sum over all replicas."""
        total = 0.0
        for replica in self.replicas:
            for line in cluster.get(replica.port, "/metrics", 10)[1].decode().splitlines():
                if line.startswith(name + " "):
                    total += float(line.split()[-1])
        return total

    def stored(self):
        return self.metric('auscult_stage_duration_seconds_count{stage="store"}')

    def store_s(self):
        return self.metric('auscult_stage_duration_seconds_sum{stage="store"}')

    @contextlib.contextmanager
    def watching_the_lock(self, seconds, figures):
        """How much of the time the lock of all that write is held, and how many wait for it: a hundred looks a
        second from within the database."""
        looks = f"""
            CREATE TEMP TABLE looks (held int, waiting int);
            DO $$ DECLARE ends timestamptz := clock_timestamp() + interval '{seconds} s'; BEGIN
              WHILE clock_timestamp() < ends LOOP
                INSERT INTO looks SELECT count(*) FILTER (WHERE granted), count(*) FILTER (WHERE NOT granted)
                  FROM pg_locks WHERE locktype = 'advisory';
                PERFORM pg_sleep(0.01);
              END LOOP; END $$;
            SELECT avg(held), avg(waiting) FROM looks;"""
        found = []
        thread = threading.Thread(target=lambda: found.append(self.database.query(looks)))
        thread.start()
        try:
            yield
        finally:
            thread.join()
        held, waiting = found[0].splitlines()[-1].split("|")
        figures["lock_held_share"], figures["lock_waiting"] = float(held), float(waiting)

    def written(self):
        """Bytes and syncs of PostgreSQL's log, and the transactions that stored recordings."""
        bytes_, syncs = self.database.query("SELECT wal_bytes, wal_sync FROM pg_stat_wal").split("|")
        commits, rows = self.database.query(
            "SELECT count(DISTINCT xmin::text), count(*) FROM recordings").split("|")
        return {"wal_bytes": int(bytes_), "wal_syncs": int(syncs), "commits": int(commits), "rows": int(rows)}


def measure(arguments, sound, replicas, is_postgres):
    with Stack(arguments, replicas, is_postgres) as stack:
        stack.upload(sound, CONNECTIONS, WARM_UP_S)
        # PostgreSQL's figures follow within a second.
        time.sleep(1.5)
        cpu = stack.cpu()
        stored = stack.stored()
        written = stack.written() if is_postgres else {}
        figures = {}
        began = time.monotonic()
        with stack.watching_the_lock(arguments.seconds, figures) if is_postgres else contextlib.nullcontext():
            run = stack.upload(sound, CONNECTIONS, arguments.seconds)
        took = time.monotonic() - began
        time.sleep(1.5)
        uploads = stack.stored() - stored
        figures = {"uploads_per_s": run["requests"] / run["duration_s"], "p50_ms": run["p50_ms"],
                   "p99_ms": run["p99_ms"], **figures}
        for kind, after in stack.cpu().items():
            figures[f"{kind}_cpu_s_per_1000"] = 1000 * (after - cpu[kind]) / uploads
        if is_postgres:
            after = stack.written()
            rows = after["rows"] - written["rows"]
            commits = after["commits"] - written["commits"]
            figures["commits_per_s"] = commits / took
            figures["lock_held_ms_per_commit"] = 1000 * figures["lock_held_share"] / figures["commits_per_s"]
            figures["uploads_per_commit"] = rows / commits
            figures["wal_syncs_per_s"] = (after["wal_syncs"] - written["wal_syncs"]) / took
            figures["wal_bytes_per_upload"] = (after["wal_bytes"] - written["wal_bytes"]) / rows
            stack.database.query("CHECKPOINT")
            figures["stored_bytes_per_upload"] = int(stack.database.query(
                "SELECT pg_total_relation_size('recordings') + pg_total_relation_size('audio') + "
                "pg_total_relation_size('requests')")) / after["rows"]
            figures["audio_bytes_per_upload"] = float(stack.database.query(
                "SELECT avg(length(bytes)) FROM audio"))
            figures["connections"] = int(stack.database.query(
                "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = 'auscult'"))
        stored, store_s = stack.stored(), stack.store_s()
        lone = stack.upload(sound, 1, max(2, arguments.seconds // 3))
        figures["lone_p50_ms"] = lone["p50_ms"]
        figures["lone_store_ms"] = 1000 * (stack.store_s() - store_s) / (stack.stored() - stored)
        return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=os.path.abspath, default=str(ROOT / "build/release/bin/auscult"))
    parser.add_argument("--model", type=os.path.abspath, default=str(ROOT / "models/auscult-1"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    parser.add_argument("--sound-s", type=int, default=4, help="length of a recording, 16 kHz, 16 bit")
    arguments = parser.parse_args()
    missing = cluster.missing_programs()
    if missing:
        sys.exit(f"{' and '.join(missing)} cannot be found: tools/setup.sh replicas bench installs them")
    if not os.access(arguments.binary, os.X_OK):
        sys.exit(f"'{arguments.binary}' is no program: build the release (./run.sh), or name one with --binary")
    figures = {name: [] for name, _, _ in VARIANTS}
    with tempfile.TemporaryDirectory() as folder:
        sound = pathlib.Path(folder) / "heart.pcm"
        sound.write_bytes(heart_pcm(arguments.sound_s))
        for round_ in range(arguments.rounds):
            for name, replicas, is_postgres in VARIANTS[::1 if round_ % 2 == 0 else -1]:
                load = os.getloadavg()[0]
                figures[name].append({**measure(arguments, sound, replicas, is_postgres), "load_before": load})
                print(f"round {round_ + 1}, {name}: {figures[name][-1]['uploads_per_s']:.1f} uploads/s",
                      file=sys.stderr, flush=True)
    names = list(dict.fromkeys(key for rounds in figures.values() for one in rounds for key in one))
    print("| | " + " | ".join(figures) + " |")
    print("| --- |" + " ---: |" * len(figures))
    for key in names:
        cells = []
        for rounds in figures.values():
            values = [one[key] for one in rounds if key in one]
            cells.append(f"{statistics.median(values):.4g} ({min(values):.4g}-{max(values):.4g})"
                         if values else "")
        print(f"| {key} | " + " | ".join(cells) + " |")
    print(json.dumps(figures))


if __name__ == "__main__":
    try:
        main()
    except cluster.Failed as error:
        sys.exit(f"replicas: {error}")
