"""Starts servers on loopback, sends them uploads with wrk, and says what came of it."""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build/bench/bin"
PEERS = ROOT / "build/bench/peers"
MODEL = ROOT / "models/auscult-1"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

# Who is compared, in the order of the tables.
NAMES = {
    "auscult": "Auscult",
    "constant": "Auscult, answers constant",
    "node": "Node: Fastify, ONNX Runtime",
    "flask": "Flask, PyTorch",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(kind, port, folder, options=()):
    if kind == "flask":
        return ["/usr/bin/python3", ROOT / "benchmarks/peers/prototype.py", MODEL / "model.onnx",
                port, folder]
    if kind == "node":
        return ["node", PEERS / "onnxruntime.mjs", MODEL / "model.onnx", port]
    program = "auscult" if kind == "auscult" else "auscult-constant"
    return [BIN / program, "serve", "--address", "127.0.0.1", "--port", port, "--data-dir", folder,
            "--model", MODEL, "--log-level", "warning",
            # One client is all clients here.
            "--max-requests-per-connection", 1_000_000, "--max-connections-per-address", 1_024,
            "--open-to-all", *options]


class Server:
    """A server that runs, with a folder that goes with it."""

    def __init__(self, kind, options=(), cpus=None):
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory(prefix="auscult-bench-")
        self.folder = pathlib.Path(self._folder.name)
        words = [str(word) for word in command(kind, self.port, self.folder, options)]
        if cpus:
            words = ["taskset", "-c", cpus, *words]
        self._log = open(self.folder / "log", "wb")
        started = time.monotonic()
        self.process = subprocess.Popen(words, stdout=self._log, stderr=self._log)
        try:
            self._await(kind)
        except BaseException:
            self.stop()
            raise
        self.ready_s = time.monotonic() - started

    def _await(self, kind):
        for _ in range(60_000):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            if self.process.poll() is not None:
                raise RuntimeError(f"{kind} ended: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.001)
        raise RuntimeError(f"{kind} does not listen")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()
        self._folder.cleanup()

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def memory_mb(self, which):
        """VmRSS, what it has now, or VmHWM, the most since forget_peak()."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(which + ":"):
                return int(line.split()[1]) / 1000
        return 0

    def forget_peak(self):
        with contextlib.suppress(OSError):
            pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def ask(self, path, body=None, timeout_s=600):
        """(status, answer, seconds)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        started = time.monotonic()
        connection.request("GET" if body is None else "POST", path, body,
                           {} if body is None else {"Content-Type": "application/octet-stream"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, answer, time.monotonic() - started


@contextlib.contextmanager
def serving(kind, options=(), cpus=None):
    server = Server(kind, options, cpus)
    try:
        yield server
    finally:
        server.stop()


def heart(seconds, folder):
    """A file with so much raw PCM of a synthetic heart."""
    path = pathlib.Path(folder) / f"heart-{seconds}.pcm"
    if not path.exists():
        with open(path, "wb") as file:
            subprocess.run([BIN / "heart", str(seconds)], stdout=file, check=True)
    return path


def upload(server, body, connections, seconds):
    """What wrk and the server's process say of `seconds` of uploads over so many connections."""
    server.forget_peak()
    before = server.cpu_s()
    run = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "30s", "-s",
         ROOT / "benchmarks/upload.lua", f"http://127.0.0.1:{server.port}/upload_audio"],
        env={**os.environ, "BODY": str(body)}, stdout=subprocess.PIPE, check=False, text=True)
    if run.returncode != 0 or server.process.poll() is not None:  # It ended, or takes nobody.
        return {"rate": 0, "p50_ms": 0, "p99_ms": 0, "cpu_s": 0, "peak_mb": 0,
                "errors": connections, "requests": connections}
    told = json.loads(run.stdout.splitlines()[-1])
    answered = max(1, told["requests"] - told["failed"])
    return {
        "rate": (told["requests"] - told["failed"]) / told["duration_s"],
        "p50_ms": told["p50_ms"],
        "p99_ms": told["p99_ms"],
        "cpu_s": 1000 * (server.cpu_s() - before) / answered,
        "peak_mb": server.memory_mb("VmHWM"),
        "errors": told["failed"] + told["broken"],
        "requests": told["requests"],
    }
