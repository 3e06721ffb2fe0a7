#!/usr/bin/env python3
"""Measures what stalled connections cost honest clients.

Starts `auscult serve` on a free loopback port, lets two honest clients post a 2 s recording, each on
a connection of its own, at a steady pace, one of them always a new one, which is classified, the other
the same again, which is answered from the store, and compares how long they wait without and with
CONNECTIONS that stall in four ways: they send nothing, half a header, a body byte by byte, or ask
for long answers and do not read them. Those that the server ends are opened again. The two phases
alternate ROUNDS times, so that whatever else the machine does meets both. The stalled ones come from
127.0.1.1 to 127.0.1.8, the honest ones from 127.0.0.1: the bound of an address is in force.

Prints one line a phase and the ratio of the medians and of the 99th percentiles of each; exits with 1 if
one of the latter is over 2 or an honest request failed. Needs Linux and nothing but Python 3.
"""
import argparse
import math
import multiprocessing
import os
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

KINDS = ("silent", "half a header", "slow body", "reads nothing")


def heart_pcm(duration_s, rate_hz=16000):
    """Two bursts in each beat, s16 little-endian."""
    samples = bytearray()
    for i in range(int(duration_s * rate_hz)):
        value = 0.0
        for onset in (0.1, 0.4):
            since = (i / rate_hz) % 0.8 - onset
            if since >= 0:
                value += 0.4 * math.exp(-since / 0.03) * math.sin(2 * math.pi * 60 * since)
        samples += int(value * 32767).to_bytes(2, "little", signed=True)
    return bytes(samples)


class Stalled(multiprocessing.Process):
    """Keeps `count` stalled connections open, and opens those again that the server ends. A process
    of its own: as a thread it would make the honest ones wait for Python's lock."""

    def __init__(self, port, count):
        super().__init__(daemon=True)
        self.port, self.count = port, count
        self.ended = multiprocessing.Event()
        self.full = multiprocessing.Event()
        self.reopened = multiprocessing.Value("i", 0)

    def open_one(self, number):
        kind = KINDS[number % len(KINDS)]
        connection = socket.socket()
        if kind == "reads nothing":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.bind((f"127.0.1.{number % 8 + 1}", 0))
        connection.settimeout(10)
        connection.connect(("127.0.0.1", self.port))
        connection.setblocking(False)
        try:
            if kind == "half a header":
                connection.send(b"POST /upload_audio HTTP/1.1\r\nHost: te")
            elif kind == "slow body":
                connection.send(b"POST /upload_audio HTTP/1.1\r\nHost: t\r\n"
                                b"Content-Length: 1000000\r\n\r\n")
                self.slow[connection] = number
            elif kind == "reads nothing":
                connection.send(b"GET /openapi.json HTTP/1.1\r\nHost: t\r\n\r\n" * 50)
        except BlockingIOError:
            pass
        # Nothing is read of what comes; only the end is of interest, and only of those that read.
        if kind != "reads nothing":
            self.selector.register(connection, selectors.EVENT_READ, number)
        else:
            self.unread.append((connection, number, time.monotonic()))

    def run(self):
        self.selector = selectors.DefaultSelector()
        self.slow = {}
        self.unread = []
        for number in range(self.count):
            self.open_one(number)
            if self.ended.is_set():
                return
        self.full.set()
        drip = time.monotonic()
        while not self.ended.is_set():
            for key, _ in self.selector.select(0.2):
                try:
                    gone = not key.fileobj.recv(65536)
                except OSError:
                    gone = True
                if gone:
                    self.selector.unregister(key.fileobj)
                    self.slow.pop(key.fileobj, None)
                    key.fileobj.close()
                    self.reopened.value += 1
                    self.open_one(key.data)
            if time.monotonic() - drip >= 1:
                drip = time.monotonic()
                for connection in list(self.slow):
                    try:
                        connection.send(b"x")
                    except OSError:
                        pass
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        for connection, _, _ in self.unread:
            connection.close()


def post(port, body):
    """One recording on a connection of its own; the seconds until its answer is whole."""
    head = f"POST /upload_audio HTTP/1.1\r\nHost: t\r\nContent-Length: {len(body)}\r\n" \
           "Connection: close\r\n\r\n"
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        answer = b""
        while True:
            part = connection.recv(65536)
            if not part:
                break
            answer += part
    took = time.perf_counter() - began
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"an honest client was answered {answer[:80]!r}")
    return took


def new_recording(body):
    """The same but for eight quiet samples: it is classified, where the same bytes are replayed."""
    return b"".join(bytes((low, 0)) for low in os.urandom(8)) + body[16:]


def honest(port, body_of, seconds, per_second, took, failures):
    next_at = time.monotonic()
    end = next_at + seconds
    while next_at < end:
        time.sleep(max(0.0, next_at - time.monotonic()))
        next_at += 1 / per_second
        try:
            took.append(post(port, body_of()))
        except (OSError, RuntimeError) as error:
            failures.append(str(error))


HONEST = {"new": new_recording, "repeated": lambda body: body}


def show(name, took):
    for kind in HONEST:
        print(line(f"{name}, {kind}", took[kind]), flush=True)


def measure(port, body, arguments):
    took, failures = {kind: [] for kind in HONEST}, []
    clients = [threading.Thread(target=honest, args=(port, lambda make=make: make(body),
                                                     arguments.seconds, arguments.rate / 2,
                                                     took[kind], failures))
               for kind, make in HONEST.items()]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return took, failures


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def line(name, took):
    return (f"{name:32} {len(took):5} answers  p50 {1000 * statistics.median(took):6.1f} ms  "
            f"p99 {1000 * percentile(took, 0.99):6.1f} ms  most {1000 * max(took):6.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--binary", default=os.path.join(root, "build/release/bin/auscult"))
    parser.add_argument("--model", default=os.path.join(root, "models/auscult-1"))
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60, help="of one phase")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=10, help="honest requests a second")
    arguments = parser.parse_args()

    wanted = arguments.connections + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [arguments.binary, "serve", "--address", "127.0.0.1", "--port", "0", "--data-dir", folder,
             "--model", arguments.model, "--log-level", "off"], stdout=subprocess.PIPE, text=True)
        try:
            port = int(server.stdout.readline().split("http://127.0.0.1:")[1].split()[0])
            body = heart_pcm(2)
            for _ in range(10):
                post(port, body)
            alone, beside = ({kind: [] for kind in HONEST} for _ in range(2))
            failures, reopened = [], 0
            for number in range(arguments.rounds):
                took, failed = measure(port, body, arguments)
                for kind in HONEST:
                    alone[kind] += took[kind]
                failures += failed
                show(f"round {number + 1}, alone", took)
                stalled = Stalled(port, arguments.connections)
                stalled.start()
                if not stalled.full.wait(60):
                    sys.exit("the stalled connections could not be opened")
                took, failed = measure(port, body, arguments)
                for kind in HONEST:
                    beside[kind] += took[kind]
                failures += failed
                stalled.ended.set()
                stalled.join()
                reopened += stalled.reopened.value
                show(f"round {number + 1}, {arguments.connections} stalled", took)
                time.sleep(1)
        finally:
            server.terminate()
            server.wait(60)
    show("all, alone", alone)
    show(f"all, {arguments.connections} stalled", beside)
    held = not failures
    for kind in HONEST:
        p50 = statistics.median(beside[kind]) / statistics.median(alone[kind])
        p99 = percentile(beside[kind], 0.99) / percentile(alone[kind], 0.99)
        print(f"{kind}: p50 times {p50:.2f}, p99 times {p99:.2f}")
        held = held and p99 <= 2
    print(f"{len(failures)} honest requests failed; {reopened} stalled connections were ended by the "
          "server and opened again")
    for failure in failures[:5]:
        print("failed:", failure)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
