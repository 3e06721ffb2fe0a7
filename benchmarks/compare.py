#!/usr/bin/python3
"""Measures the service beside its peers, in turn and several times, and writes docs/benchmarks.md.

compare.sh installs and builds what this needs, and starts it.
"""

import argparse
import json
import os
import pathlib
import sqlite3
import statistics
import subprocess
import tempfile
import time

import load
import report

BODIES = {"128 kB": 4, "320 kB": 10}  # seconds of 16 kHz, 16 bits
CONNECTIONS = (1, 16, 256)
COUNTS = (1_000, 10_000, 100_000)


def log(text):
    print(f"compare: {text}", flush=True)


def median_of(results):
    """Of each number, over the rounds; of errors the sum."""
    return {key: sum(r[key] for r in results) if key in ("errors", "requests")
            else statistics.median(r[key] for r in results) for key in results[0]}


def compare_peers(rounds, seconds, folder):
    """{(body, connections): {kind: [a round's result, ...]}}, each round all of them in turn."""
    results = {}
    for number in range(rounds):
        for kind in load.NAMES:
            log(f"round {number + 1} of {rounds}: {load.NAMES[kind]}")
            for body, duration_s in BODIES.items():
                with load.serving(kind) as server:
                    load.upload(server, load.heart(4, folder), 4, 2)  # Warm, and not counted.
                    for connections in CONNECTIONS:
                        result = load.upload(server, load.heart(duration_s, folder), connections,
                                             seconds)
                        results.setdefault((body, connections), {}).setdefault(kind, []).append(
                            result)
    return results


def grow_connections(seconds, folder):
    with load.serving("auscult") as server:
        body = load.heart(4, folder)
        load.upload(server, body, 4, 2)
        return {count: load.upload(server, body, count, seconds)
                for count in (1, 2, 4, 8, 16, 64, 256)}


def half_load(rounds, folder):
    """p50 and p99 of one connection, which leaves about half of two processors idle."""
    results = []
    for _ in range(rounds):
        with load.serving("auscult") as server:
            load.upload(server, load.heart(4, folder), 4, 2)
            results.append(load.upload(server, load.heart(4, folder), 1, 5))
    return median_of(results)


def grow_durations(folder):
    """{seconds of audio: (seconds until the answer, most memory in MB)}"""
    took = {}
    with load.serving("auscult", ["--max-body-bytes", 128 << 20, "--work-timeout-s", 600]) as server:
        for duration_s in (1, 10, 60, 600, 3_600):
            body = load.heart(duration_s, folder).read_bytes()
            server.forget_peak()
            idle = server.memory_mb("VmRSS")
            before = server.cpu_s()
            status, _, seconds = server.ask("/upload_audio", body)
            took[duration_s] = {"status": status, "seconds": seconds,
                                "cpu_s": server.cpu_s() - before,
                                "beyond_mb": server.memory_mb("VmHWM") - idle,
                                "body_mb": len(body) / 1e6}
    return took


def copies(database, count):
    """Copies the one recording in a store until there are so many; all of them a minute apart."""
    with sqlite3.connect(database) as store:
        store.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO recordings (id, device, class, received_at, confidence, recording, quality)"
            " SELECT printf('%08x', i) || substr(id, 9), device, class, received_at - 60000 * i,"
            " confidence, replace(recording, id, printf('%08x', i) || substr(id, 9)), quality"
            " FROM recordings, n WHERE sequence = (SELECT min(sequence) FROM recordings)",
            (count - 1,))
        store.execute("INSERT INTO audio (sequence, media_type, bytes, sha256)"
                      " SELECT r.sequence, a.media_type, x'00', NULL"
                      " FROM recordings r JOIN audio a ON a.sequence ="
                      " (SELECT min(sequence) FROM recordings) WHERE r.sequence NOT IN"
                      " (SELECT sequence FROM audio)")
    store.close()


def grow_recordings(counts, folder):
    """{recordings: {path: median milliseconds}}"""
    took = {}
    for count in counts:
        server = load.Server("auscult")
        try:
            server.ask("/upload_audio", load.heart(1, folder).read_bytes())
            server.process.terminate()
            server.process.wait()
            copies(server.folder / "auscult.db", count)
            again = subprocess.Popen(
                [str(w) for w in load.command("auscult", server.port, server.folder)],
                stdout=subprocess.DEVNULL)
            server.process = again
            server._await("auscult")
            took[count] = {}
            for path in ("/v1/latest", "/v1/recordings?limit=20"):
                answers = [server.ask(path) for _ in range(100)]
                if any(status != 200 for status, _, _ in answers):
                    raise RuntimeError(f"{path}: {answers[0]}")
                took[count][path] = 1000 * statistics.median(s for _, _, s in answers)
        finally:
            server.stop()
    return took


def cores(seconds, folder):
    """Uploads a second on the last processor alone, and on all that there are."""
    body = load.heart(4, folder)
    rates = {}
    for name, cpus in (("1", str(os.cpu_count() - 1)), (str(os.cpu_count()), None)):
        with load.serving("auscult", cpus=cpus) as server:
            load.upload(server, body, 4, 2)
            rates[name] = load.upload(server, body, 16, seconds)["rate"]
    return rates


def start_and_size(rounds):
    ready, idle = [], []
    for _ in range(rounds):
        with load.serving("auscult") as server:
            ready.append(server.ready_s)
            time.sleep(0.5)
            idle.append(server.memory_mb("VmRSS"))
    with tempfile.TemporaryDirectory() as prefix:
        subprocess.run(["cmake", "--install", load.ROOT / "build/bench", "--prefix", prefix,
                        "--strip"], check=True, stdout=subprocess.DEVNULL)
        sizes = {}
        for name, part in (("program", "bin"), ("models", "share/auscult"), ("library", "lib")):
            files = [f for f in pathlib.Path(prefix, part).rglob("*") if f.is_file()]
            sizes[name] = sum(f.stat().st_size for f in files) / 1e6
    return {"ready_s": statistics.median(ready), "idle_mb": statistics.median(idle), "sizes": sizes}


def stages(pattern="", min_time=0.2):
    # Into a file, since the server that one of them starts writes its log between.
    with tempfile.NamedTemporaryFile(mode="r", encoding="utf-8") as out:
        subprocess.run([load.BIN / "stages", f"--benchmark_out={out.name}",
                        f"--benchmark_min_time={min_time}", f"--benchmark_filter={pattern}"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return [b for b in json.load(out)["benchmarks"] if not b.get("error_occurred")]


def networks(rounds):
    """{precision: {samples: (ours, theirs)}}: processor milliseconds of the network alone, ONNX
    Runtime's always in f32, in turn. bf16 only where the processor has it."""
    ours, theirs = {}, {}
    for _ in range(rounds):
        for benchmark in stages("^network/"):
            _, precision, seconds = benchmark["name"].split("/")
            of_precision = ours.setdefault(precision, {})
            of_precision.setdefault(2_000 * int(seconds), []).append(benchmark["cpu_time"] / 1000)
        run = subprocess.run(["node", load.PEERS / "network.mjs", load.MODEL / "model.onnx"],
                             check=True, stdout=subprocess.PIPE, text=True)
        for samples, took in json.loads(run.stdout).items():
            theirs.setdefault(int(samples), []).append(took)
    return {precision: {n: (statistics.median(took[n]), statistics.median(theirs[n]))
                        for n in sorted(took)} for precision, took in ours.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, to see that it runs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of each load")
    parser.add_argument("--million", action="store_true", help="list a million recordings, too")
    parser.add_argument("--into", type=pathlib.Path, default=load.ROOT / "docs",
                        help="where benchmarks.md and images/benchmarks.svg are written")
    options = parser.parse_args()
    rounds, seconds = (1, 2) if options.quick else (options.rounds, options.seconds)
    counts = COUNTS[:2] if options.quick else COUNTS + ((1_000_000,) if options.million else ())

    with tempfile.TemporaryDirectory(prefix="auscult-bench-") as folder:
        peers = compare_peers(rounds, seconds, folder)
        figures = {
            "rounds": rounds,
            "seconds": seconds,
            "peers": {case: {kind: median_of(results) for kind, results in kinds.items()}
                      for case, kinds in peers.items()},
            "half": half_load(rounds, folder),
        }
        log("how it grows")
        figures["connections"] = grow_connections(seconds, folder)
        figures["durations"] = grow_durations(folder)
        figures["recordings"] = grow_recordings(counts, folder)
        figures["cores"] = cores(seconds, folder)
    log("start and size")
    figures["start"] = start_and_size(5)
    log("stages")
    figures["networks"] = networks(rounds)
    figures["stages"] = stages()
    report.write(figures, options.into)
    log(f"wrote {options.into / 'benchmarks.md'}")


if __name__ == "__main__":
    main()
