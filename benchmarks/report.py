"""Writes docs/benchmarks.md and its plot from what compare.py has measured."""

import os
import pathlib

import load

INTRODUCTION = """# How fast it is

Written by `benchmarks/compare.sh`, which measures all of this anew (about 10 minutes): {rounds} rounds, in each
the servers one after the other, {seconds} s a load; every figure is a median over the rounds. Server, load
generator (wrk, one thread) and disk share {cpus} processors ({vectors}), over loopback. What counts are ratios
within one run: other machines, and busier moments of this one, give other times.

- **Auscult** as released, everything on: each upload is classified (network, heart sounds, second opinion,
  quality), stored, and on disk before it is answered.
- **Auscult, answers constant**: the same server with a constant in place of the classification, decoding and
  storing as before: what bytes, HTTP and the disk leave room for. A program of the benchmarks only.
- **Node**: Fastify and ONNX Runtime {onnxruntime} with the same `model.onnx`, one thread a run. It runs the network
  and nothing else (no heart sounds, no second opinion), and stores nothing.
- **Flask**: the prototype without its pause: Flask's own server, NumPy, the network in PyTorch 1.13, one shared
  WAV file that is written and read for each upload. No heart sounds, no second opinion; nothing is synced.

The sound is a synthetic heart at 16 kHz (`benchmarks/heart.cpp`), in each upload with other lowest bits of 48
samples, since the same bytes of a device within a minute are one recording and would not be classified again.
The limits of requests a connection and of connections an address are raised: one client stands for all.
"""


def _row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def _table(header, rows):
    return _row(*header) + _row(*["---"] * len(header)) + "".join(_row(*row) for row in rows)


def _number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _vectors():
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    known = [name for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX-512"),
                                     ("avx512_bf16", "bf16"), ("amx_bf16", "AMX"))
             if f" {flag} " in flags.replace("\n", " ")]
    return ", ".join(known) + ("" if "bf16" in known else ", no bf16")


def _onnxruntime():
    package = (load.ROOT / "benchmarks/peers/package.json").read_text()
    return package.split('"onnxruntime-node": "')[1].split('"')[0]


def _peers(figures):
    text = "\n## Beside its peers\n\n![Uploads a second](images/benchmarks.svg)\n"
    for (body, connections), kinds in figures["peers"].items():
        ours = kinds["auscult"]
        text += f"\n### {body}, {connections} connection{'s' * (connections > 1)}\n\n"
        text += _table(
            ["", "uploads/s", "Auscult is", "p50 ms", "p99 ms", "CPU s for 1,000", "peak MB",
             "refused or failed"],
            [[load.NAMES[kind], _number(r["rate"]),
              "" if kind == "auscult" or r["rate"] < 0.5
              else f"{ours['rate'] / r['rate']:.2f} times",
              _number(r["p50_ms"]), _number(r["p99_ms"]), _number(r["cpu_s"]),
              _number(r["peak_mb"]), f"{r['errors']} of {r['requests']}"]
             for kind, r in kinds.items()])
    return text


def _share_of_peak(stage, by_name):
    """Of the matrix product's speed in the same precision; empty of what has no FLOP."""
    if "FLOP" not in stage:
        return None
    precision = "bf16" if "bf16" in stage["name"] else "f32"
    return stage["FLOP"] / by_name[f"matrix_product_{precision}"]["FLOP"]


def _network_bars(networks, by_name):
    rows = []
    for precision, times in networks.items():
        rows.append((f"the network in {precision}, times ONNX Runtime's speed (the slowest length)",
                     min(theirs / mine for mine, theirs in times.values()),
                     1.7 if precision == "bf16" else 1, ">="))
        rows.append((f"the network in {precision}, share of the matrix product's speed (likewise)",
                     min(_share_of_peak(b, by_name) for name, b in by_name.items()
                         if name.startswith(f"network/{precision}/")), 0.6, ">="))
    return rows


def _bars(figures):
    at = figures["peers"][("128 kB", 16)]
    ours, constant, node, flask = (at[kind] for kind in load.NAMES)
    half = figures["half"]
    start = figures["start"]
    hour = figures["durations"][3_600]
    largest = max(figures["durations"])
    by_name = {b["name"]: b for b in figures["stages"]}
    classified = by_name.get("classify/3600")
    rows = [
        ("uploads/s, times Flask's", ours["rate"] / flask["rate"], 12, ">="),
        ("uploads/s, times Node's", ours["rate"] / node["rate"], 2.5, ">="),
        ("uploads/s, share of the constant answer's", ours["rate"] / constant["rate"], 0.6, ">="),
        ("CPU time an upload, share of Flask's", ours["cpu_s"] / flask["cpu_s"], 1 / 20, "<="),
        ("CPU time an upload, share of Node's", ours["cpu_s"] / node["cpu_s"], 1 / 3, "<="),
        *_network_bars(figures["networks"], by_name),
        ("p99 over p50 at half load (one connection)", half["p99_ms"] / half["p50_ms"], 3, "<="),
        ("1 h of audio classified, s on one core", classified["cpu_time"] / 1000
         if classified else hour["cpu_s"], 0.72, "<="),
        ("ready after exec, s", start["ready_s"], 0.2, "<="),
        ("idle resident memory, MB", start["idle_mb"], 64, "<="),
        (f"memory for an upload of {largest:,} s beyond idle, times its body",
         hour["beyond_mb"] / hour["body_mb"], 1.3, "<="),
    ]
    text = "\n## The bars\n\nAt 16 connections and 128 kB unless something else is said.\n\n"
    return text + _table(
        ["", "measured", "bar", ""],
        [[name, f"{value:.3g}", f"{sign} {bar:.3g}",
          "met" if (value >= bar if sign == ">=" else value <= bar) else "**missed**"]
         for name, value, bar, sign in rows])


def _growth(figures):
    text = "\n## How it grows\n\nConnections (128 kB):\n\n"
    text += _table(["connections", "uploads/s", "p50 ms", "p99 ms", "refused or failed"],
                   [[count, _number(r["rate"]), _number(r["p50_ms"]), _number(r["p99_ms"]),
                     r["errors"]] for count, r in figures["connections"].items()])
    text += "\nLength of one upload:\n\n"
    text += _table(["seconds", "answered after s", "CPU s", "times real time", "memory beyond idle MB",
                    "body MB"],
                   [[f"{d:,}", f"{r['seconds']:.3f}" if r["status"] == 200 else r["status"],
                     f"{r['cpu_s']:.2f}", f"{d / r['seconds']:,.0f}", _number(r["beyond_mb"]),
                     _number(r["body_mb"])] for d, r in figures["durations"].items()])
    text += "\nStored recordings, ms for an answer on a connection of its own:\n\n"
    paths = list(next(iter(figures["recordings"].values())))
    text += _table(["recordings", *(f"`{path}`" for path in paths)],
                   [[f"{count:,}", *(f"{took[path]:.2f}" for path in paths)]
                    for count, took in figures["recordings"].items()])
    text += "\nProcessors (16 connections, 128 kB):\n\n"
    return text + _table(["processors", "uploads/s"],
                         [[n, _number(rate)] for n, rate in figures["cores"].items()])


def _start(figures):
    start = figures["start"]
    rows = [["ready after exec", f"{start['ready_s']:.3f} s"],
            ["resident memory, idle", f"{start['idle_mb']:.0f} MB"]]
    rows += [[f"installed: {name}", f"{size:.1f} MB"] for name, size in start["sizes"].items()]
    return "\n## Start and size\n\n" + _table(["", ""], rows)


def _stages(figures):
    text = """
## Stage by stage

`build/bench/bin/stages` (Google Benchmark), one thread, processor time; `insert` and `submit` real time, since
they wait for the disk. The yardstick is oneDNN's product of two 768 by 768 matrices in the same precision.

"""
    by_name = {b["name"]: b for b in figures["stages"]}
    rows = []
    for name, b in by_name.items():
        unit = {"ns": 1e-6, "us": 1e-3, "ms": 1}[b["time_unit"]]
        real = name.endswith("/real_time")
        took = (b["real_time"] if real else b["cpu_time"]) * unit
        share = _share_of_peak(b, by_name)
        rows.append([name.removesuffix("/real_time").replace("/", ", ") + " s" * ("/" in name.removesuffix("/real_time")),
                     f"{took:.3f}",
                     f"{b['bytes_per_second'] / 1e6:,.0f}" if "bytes_per_second" in b else "",
                     f"{b['realtime']:,.0f}" if "realtime" in b else "",
                     f"{b['FLOP'] / 1e9:.1f}" if "FLOP" in b else "",
                     "" if share is None else f"{100 * share:.0f} %"])
    text += _table(["stage", "ms", "MB/s of PCM", "times real time", "GFLOP/s", "of the peak"], rows)
    text += "\nThe network alone beside ONNX Runtime (f32), one thread, in turn:\n\n"
    return text + _table(
        ["precision", "samples (2 kHz)", "Auscult ms", "ONNX Runtime ms", "times as fast"],
        [[precision, f"{n:,}", f"{mine:.2f}", f"{theirs:.2f}", f"{theirs / mine:.2f}"]
         for precision, times in figures["networks"].items() for n, (mine, theirs) in times.items()])


def _plot(figures):
    """Uploads a second of each server, for each body and number of connections."""
    colours = {"auscult": "#0b6e4f", "constant": "#9fc5b4", "node": "#c98a00", "flask": "#b3413b"}
    cases = list(figures["peers"].items())
    most = max(r["rate"] for _, kinds in cases for r in kinds.values())
    width, height, group, bar = 860, 320, 130, 24
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for index, kind in enumerate(load.NAMES):
        parts.append(f'<rect x="{20 + 205 * index}" y="8" width="12" height="12" '
                     f'fill="{colours[kind]}"/><text x="{37 + 205 * index}" y="18">'
                     f'{load.NAMES[kind]}</text>')
    for index, ((body, connections), kinds) in enumerate(cases):
        left = 30 + group * index
        for place, (kind, r) in enumerate(kinds.items()):
            tall = 210 * r["rate"] / most
            x, y = left + bar * place, 270 - tall
            parts.append(f'<rect x="{x}" y="{y:.1f}" width="{bar - 4}" height="{tall:.1f}" '
                         f'fill="{colours[kind]}"/><text x="{x + bar / 2 - 2}" y="{y - 4:.1f}" '
                         f'text-anchor="middle" font-size="10">{r["rate"]:.0f}</text>')
        parts.append(f'<text x="{left + 2 * bar}" y="288" text-anchor="middle">{body}</text>'
                     f'<text x="{left + 2 * bar}" y="304" text-anchor="middle">'
                     f'{connections} connection{"s" * (connections > 1)}</text>')
    parts.append(f'<line x1="20" y1="270" x2="{width - 20}" y2="270" stroke="#444"/></svg>')
    return "\n".join(parts) + "\n"


def write(figures, folder):
    """`folder` gets benchmarks.md and images/benchmarks.svg. What people wrote under the heading
    "Why" stays."""
    path = folder / "benchmarks.md"
    kept = ""
    if path.exists() and "\n## Why" in path.read_text(encoding="utf-8"):
        kept = "\n## Why" + path.read_text(encoding="utf-8").split("\n## Why", 1)[1]
    text = INTRODUCTION.format(rounds=figures["rounds"], seconds=figures["seconds"],
                               cpus=os.cpu_count(), vectors=_vectors(),
                               onnxruntime=_onnxruntime())
    text += _bars(figures) + _peers(figures) + _growth(figures) + _start(figures) + _stages(figures)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    path.write_text(text + kept, encoding="utf-8")
    (folder / "images/benchmarks.svg").write_text(_plot(figures), encoding="utf-8")
