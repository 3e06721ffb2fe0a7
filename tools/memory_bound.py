#!/usr/bin/env python3
"""Measures whether the service's memory stays within its budget whatever is sent.

Starts `auscult serve` with a budget of BUDGET MiB and, from CLIENTS threads at once for SECONDS,
sends it what takes the most memory: noise as raw PCM of 60 MB (16 bit, 8 bit and eight channels),
small FLAC files that decode to an hour, and asks for the audio and pictures of what was taken.
Prints how often each answer came, and the resident memory before, at most and after; exits with 1 if
the most is over what the idle server had plus the budget plus 15 % of it and 64 MiB (stacks, the
database's cache, what the allocator keeps), if an answer is none of 201, 200, 413 and 503, or if a 503
says not when to come again. Needs Linux and nothing but Python 3.
"""
import argparse
import collections
import http.client
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def silent_flac(seconds, rate_hz=16000, block=4096):
    """FLAC of constant subframes: 4096 equal samples take some 14 bytes (RFC 9639)."""
    def crc(data, polynomial, bits):
        value = 0
        for byte in data:
            value ^= byte << (bits - 8)
            for _ in range(8):
                value = value << 1 ^ (polynomial if value >> (bits - 1) & 1 else 0)
                value &= (1 << bits) - 1
        return value

    def utf8(number):
        if number < 0x80:
            return bytes([number])
        return chr(number).encode("utf-8", "surrogatepass")

    frames = seconds * rate_hz // block
    info = struct.pack(">HH", block, block) + bytes(6)
    info += ((rate_hz << 44) | (0 << 41) | (15 << 36) | frames * block).to_bytes(8, "big") + bytes(16)
    out = [b"fLaC" + bytes([0x80, 0, 0, 34]) + info]
    for number in range(frames):
        # 4096 samples (code 12), the rate of the header's beginning, mono, 16 bits.
        head = bytes([0xFF, 0xF8, 0xC0, 0x08]) + utf8(number)
        head += bytes([crc(head, 0x07, 8)])
        frame = head + bytes([0x00, 0x00, 0x00])  # A constant subframe of value 0.
        out.append(frame + struct.pack(">H", crc(frame, 0x8005, 16)))
    return b"".join(out)


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Load:
    def __init__(self, port):
        self.port = port
        self.lock = threading.Lock()
        self.answers = collections.Counter()
        self.wrong = []
        self.stored = []
        noise = os.urandom(1 << 20)
        self.bodies = [
            ("16 bit noise, 60 MB", "/v1/recordings", noise * 60),
            ("8 bit noise, 60 MB", "/v1/recordings?format=u8", noise * 60),
            ("8 channels, 60 MB", "/v1/recordings?channels=8", noise * 60),
            ("32 bit noise, 60 MB", "/v1/recordings?bits=32", noise * 60),
            ("an hour as FLAC", "/v1/recordings", silent_flac(3599)),
            ("4 MB", "/v1/recordings", noise * 4),
        ]

    def ask(self, what, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            content = answer.read()
        except OSError as error:
            with self.lock:
                self.wrong.append(f"{what}: {error!r}")
            return
        finally:
            connection.close()
        with self.lock:
            self.answers[f"{what}: {answer.status}"] += 1
            if answer.status not in (200, 201, 413, 503):
                self.wrong.append(f"{what}: {answer.status} {content[:200]!r}")
            if answer.status == 503 and "Retry-After" not in answer.headers:
                self.wrong.append(f"{what}: 503 without Retry-After")
            if answer.status == 201:
                self.stored.append(json.loads(content)["id"])

    def run(self, seed, end):
        choice = random.Random(seed)
        while time.monotonic() < end:
            if self.stored and choice.random() < 0.3:
                kind = choice.choice(("audio", "spectrogram.png", "waveform.svg", "evidence"))
                with self.lock:
                    name = choice.choice(self.stored)
                self.ask(kind, "GET", f"/v1/recordings/{name}/{kind}")
            else:
                what, path, body = choice.choice(self.bodies)
                self.ask(what, "POST", path, body)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(ROOT, "build/release/bin/auscult"))
    parser.add_argument("--model", default=os.path.join(ROOT, "models/auscult-1"))
    parser.add_argument("--budget", type=int, default=1024, help="MiB")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--data-dir", help="the folder to work in, which needs some GB")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(dir=arguments.data_dir) as folder:
        server = subprocess.Popen(
            [arguments.binary, "serve", "--address", "127.0.0.1", "--port", "0", "--data-dir", folder,
             "--model", arguments.model, "--log-level", "off",
             "--memory-budget-bytes", str(arguments.budget << 20)], stdout=subprocess.PIPE, text=True)
        try:
            port = int(server.stdout.readline().split("http://127.0.0.1:")[1].split()[0])
            load = Load(port)
            load.ask("4 MB", "POST", "/v1/recordings", load.bodies[-1][2])
            idle = resident_mib(server.pid)
            end = time.monotonic() + arguments.seconds
            clients = [threading.Thread(target=load.run, args=(seed, end))
                       for seed in range(arguments.clients)]
            for client in clients:
                client.start()
            most = idle
            while any(client.is_alive() for client in clients):
                most = max(most, resident_mib(server.pid))
                time.sleep(0.02)
            time.sleep(2)
            after = resident_mib(server.pid)
        finally:
            server.terminate()
            server.wait(60)

    for what, number in sorted(load.answers.items()):
        print(f"{number:6} {what}")
    bound = idle + 1.15 * arguments.budget + 64
    print(f"resident memory: idle {idle:.0f} MiB, most {most:.0f} MiB, after {after:.0f} MiB; "
          f"bound {bound:.0f} MiB with a budget of {arguments.budget} MiB")
    for wrong in load.wrong[:10]:
        print("WRONG:", wrong)
    return 1 if load.wrong or most > bound else 0


if __name__ == "__main__":
    sys.exit(main())
