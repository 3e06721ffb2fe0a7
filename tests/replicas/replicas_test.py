#!/usr/bin/env python3
"""Several replicas behind HAProxy lose nothing, store nothing twice, and are one service.

Usage: replicas_test.py --binary AUSCULT --model FOLDER [Replicas.TestName...]

Starts a PostgreSQL of its own, `auscult serve` three times and HAProxy, all on loopback, as
deploy/replicas does, and ends them again; they also end when this program is killed. Ends with status 77
where PostgreSQL or HAProxy is not installed.
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import load
from load import SHORT, ask, list_all

import cluster  # from deploy/replicas, which load.py puts on the path

SKIPPED = 77
# Past it something hangs, and all ends with us.
LONGEST_S = 280
ARGUMENTS = argparse.Namespace()


class Running:
    """Database, replicas and HAProxy in a folder of their own, ended with the block."""

    MOST_OF_AN_ADDRESS = 32

    def __init__(self, replicas=3, syncs=False, options=()):
        self._folder = tempfile.TemporaryDirectory(prefix="auscult-replicas-")
        self.folder = pathlib.Path(self._folder.name)
        # The user postgres passes through.
        self.folder.chmod(0o711)
        ports = cluster.free_ports(replicas + 1)
        self.database = cluster.Database(self.folder / "database", replicas, dies_with_us=True, syncs=syncs)
        self.replicas = [
            cluster.Replica(number, port, ARGUMENTS.binary,
                            ["--model", ARGUMENTS.model, "--open-to-all", "--log-level", "warning", *options],
                            self.folder / f"replica-{number}.log", dies_with_us=True)
            for number, port in enumerate(ports[1:], 1)]
        self.balancer = cluster.Balancer(self.folder, "127.0.0.1", ports[0], self.folder / "haproxy.log",
                                         dies_with_us=True, max_connections_per_address=self.MOST_OF_AN_ADDRESS)

    def __enter__(self):
        try:
            self.database.create()
            self.database.start()
            for replica in self.replicas:
                replica.start(self.database.url())
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
        self.database.stop(signal.SIGQUIT)
        self._folder.cleanup()

    def logs(self):
        return "\n".join(f"{log.name}:\n{cluster.last_lines(log, 20)}" for log in self.folder.glob("*.log"))


class Feed:
    """What /v1/events of one process tells, read by a thread."""

    def __init__(self, port):
        self.told = []
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self._lines = self._socket.makefile("rb")
        status = self._lines.readline()
        if b" 200 " not in status:
            raise AssertionError(f"/v1/events is answered {status!r}")
        while self._lines.readline() not in (b"\r\n", b""):
            pass
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for line in self._lines:
                if line.startswith(b"id:"):
                    self.told.append(line[3:].strip().decode())
        except OSError:
            pass

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()


class Replicas(unittest.TestCase):
    def test_LoseNothingAndStoreNothingTwiceThroughFailuresAndAnUpgrade(self):
        with Running(syncs=True) as running:
            try:
                self.upload_through_everything(running)
            except (AssertionError, cluster.Failed):
                print(running.logs(), file=sys.stderr)
                raise

    def upload_through_everything(self, running):
        one, two, three = running.replicas
        url = running.database.url()
        clients = load.Load(running.balancer.port, threads=4)
        clients.start()
        phases = {}

        def goes_on(phase, more=10):
            """Waits until uploads are acknowledged again, and writes down what it took."""
            before = clients.count()
            self.assertTrue(cluster.comes_true(lambda: clients.count() >= before + more, load.PATIENCE_S),
                            f"after '{phase}' uploads are no longer acknowledged: {dict(clients.failures)}")
            phases[phase] = sum(clients.failures.values()) - sum(phases.values())

        goes_on("undisturbed")

        for replica in running.replicas:
            replica.stop(signal.SIGKILL)
            goes_on(f"{replica.name} was killed")
            replica.start(url)
            replica.wait_ready()
            running.balancer.wait_for(replica, "UP")

        for crash in ("crashed", "crashed once more"):
            running.database.stop(signal.SIGQUIT)
            self.assertTrue(cluster.comes_true(lambda: not one.ready(), 30), "ready without a database")
            running.database.start()
            goes_on(f"the database {crash} and was started again")

        two.process.send(signal.SIGSTOP)
        running.balancer.wait_for(two, "DOWN")
        # Longer than a device waits: what lies in the frozen one is sent again, and comes to life afterwards.
        time.sleep(load.DEVICE_S + 1)
        two.process.send(signal.SIGCONT)
        running.balancer.wait_for(two, "UP")
        goes_on("a replica was frozen for some seconds")

        for _ in range(10):
            running.database.cut_connections()
            time.sleep(0.1)
        goes_on("all connections to the database were cut, ten times")

        # What the cuts have left behind does not count for what comes next.
        for replica in running.replicas:
            running.balancer.wait_for(replica, "UP")
        goes_on("all replicas are there again")
        for replica in running.replicas:
            before = replica.process.pid
            cluster.roll(replica, running.balancer, url)
            self.assertNotEqual(replica.process.pid, before)
        goes_on("each replica was replaced in turn")

        clients.end()
        print(f"{len(clients.acknowledged)} uploads were acknowledged; {clients.retried} needed more than one "
              f"try of their client; failed tries: {dict(clients.failures)}")
        for phase, failures in phases.items():
            print(f"  {failures:4} failed tries until uploads went on: {phase}")

        self.assertEqual(clients.given_up, [])
        stored = list_all(three.port)
        ids = [recording["id"] for recording in stored]
        self.assertEqual(len(ids), len(set(ids)), "a recording is in the list twice")
        lost = set(clients.acknowledged) - set(ids)
        self.assertEqual(lost, set(), "acknowledged, but not there")
        # Each request was acknowledged in the end, so what is more was stored twice.
        self.assertEqual(set(ids) - set(clients.acknowledged), set(), "stored, but not the acknowledged one")
        for recording in stored:
            self.assertEqual(recording, clients.acknowledged[recording["id"]])
        # While replicas are replaced, HAProxy and they let no request fail.
        self.assertEqual(phases["each replica was replaced in turn"], 0)

    def test_AreOneService(self):
        with Running() as running:
            one, two, three = running.replicas
            feed = Feed(one.port)
            recordings = []
            for number in range(6):
                status, stored = ask(running.replicas[1 + number % 2].port, "POST",
                                     "/v1/recordings?device=ward-1&sample_rate=4000", SHORT.make(number))
                self.assertEqual(status, 201, stored)
                recordings.append(stored)
            for replica in running.replicas:
                self.assertEqual(ask(replica.port, "GET", "/v1/latest"), (200, recordings[-1]))
                self.assertEqual(ask(replica.port, "GET", "/")[1]["class"], recordings[-1]["class"])
                self.assertEqual(list_all(replica.port), recordings[::-1])
            self.assertTrue(cluster.comes_true(lambda: len(feed.told) >= 6, 20), feed.told)
            self.assertEqual(feed.told, [recording["id"] for recording in recordings])

            self.check_requests_sent_again(running)
            self.check_pieces(running)

            # A review is said by one and shown by the others; a deletion, too.
            path = "/v1/recordings/" + recordings[0]["id"]
            status, _ = ask(two.port, "PATCH", path, '{"note": "loud"}', {"Content-Type": "application/json"})
            self.assertEqual(status, 200)
            self.assertEqual(ask(three.port, "GET", path)[1]["review"]["note"], "loud")
            self.assertEqual(ask(three.port, "DELETE", path)[0], 204)
            self.assertEqual(ask(one.port, "GET", path)[0], 404)
            feed.close()
            self.check_long_connections(running)
            self.check_bound_of_an_address(running)

            # What public firmware must see, it sees through HAProxy, too: names of fields as it knows them.
            with socket.create_connection(("127.0.0.1", running.balancer.port), timeout=30) as device:
                device.sendall(b"POST /upload_audio HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n"
                               b"Connection: close\r\n\r\n\0\0")
                answer = b"".join(iter(lambda: device.recv(4096), b""))
            for field in (b"Content-Length: ", b"Content-Type: text/plain"):
                self.assertIn(b"\r\n" + field, answer)
            checked = subprocess.run(
                [ARGUMENTS.binary, "devices", "check", f"http://127.0.0.1:{running.balancer.port}"],
                capture_output=True, text=True, timeout=120, check=False)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
            print(checked.stdout.strip().splitlines()[-1])

    def check_requests_sent_again(self, running):
        """The same request at three replicas at once, with a key and without, is one recording."""
        for headers in ({"Idempotency-Key": "one"}, {}):
            device = f"ward-{len(headers) + 2}"
            answers = []

            def send(replica, device=device, headers=headers, answers=answers):
                # Who comes while the first is stored may be told to come again.
                while True:
                    status, answer = ask(replica.port, "POST",
                                         f"/v1/recordings?device={device}&sample_rate=4000",
                                         SHORT.make(1000), headers)
                    if status != 503:
                        answers.append((status, answer["id"]))
                        return

            threads = [threading.Thread(target=send, args=(replica,)) for replica in running.replicas * 3]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(len(answers), 9)
            self.assertEqual(len(set(answers)), 1, answers)
            self.assertEqual(len(list_all(running.balancer.port, device=device)), 1)

    def check_long_connections(self, running):
        """A live stream and a feed of events, through HAProxy."""
        feed = Feed(running.balancer.port)
        sound = running.folder / "sound.pcm"
        sound.write_bytes(SHORT.make(3000))
        streamed = subprocess.run(
            [ARGUMENTS.binary, "stream", str(sound), "--sample-rate", "4000", "--device", "ward-7", "--url",
             f"ws://127.0.0.1:{running.balancer.port}"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(streamed.returncode, 0, streamed.stdout + streamed.stderr)
        stored = list_all(running.balancer.port, device="ward-7")
        self.assertEqual(len(stored), 1)
        self.assertTrue(cluster.comes_true(lambda: feed.told, 20))
        self.assertEqual(feed.told, [stored[0]["id"]])
        feed.close()

    def check_bound_of_an_address(self, running):
        """HAProxy bounds a client's connections, as the replicas, to which all come from HAProxy, cannot."""
        def status():
            return cluster.get(running.balancer.port, "/healthz")[0]

        held = [socket.create_connection(("127.0.0.1", running.balancer.port))
                for _ in range(running.MOST_OF_AN_ADDRESS)]
        self.assertTrue(cluster.comes_true(lambda: status() == 503, 10), "one more is let in")
        for connection in held:
            connection.close()
        self.assertTrue(cluster.comes_true(lambda: status() == 200, 10), "nobody is let in any more")

    def check_pieces(self, running):
        """A recording whose pieces go to one replica after another is that of the same bytes at once."""
        sound = SHORT.make(2000)
        size = len(sound) // 5 + 1
        pieces = [sound[at:at + size] for at in range(0, len(sound), size)]
        ports = [replica.port for replica in running.replicas]
        status, session = ask(ports[0], "POST", "/v1/sessions?device=ward-8&sample_rate=4000")
        self.assertEqual(status, 201, session)
        for number in (3, 0, 4, 1, 2):
            path = f"/v1/sessions/{session['id']}/chunks/{number}"
            self.assertEqual(ask(ports[number % 3], "PUT", path, pieces[number])[0], 201)
            self.assertEqual(ask(ports[(number + 1) % 3], "PUT", path, pieces[number])[0], 204)
        path = f"/v1/sessions/{session['id']}/finish"
        status, finished = ask(ports[1], "POST", path, json.dumps({"chunks": len(pieces)}),
                               {"Content-Type": "application/json"})
        self.assertEqual(status, 201, finished)
        self.assertEqual(ask(ports[2], "POST", path)[1]["id"], finished["id"])
        _, at_once = ask(ports[0], "POST", "/v1/recordings?device=ward-9&sample_rate=4000", sound)
        for member in ("class", "confidence", "probabilities", "beats"):
            self.assertEqual(finished[member], at_once[member])

    def test_AnswerForOneThatDies(self):
        """An upload that lies in a replica which is killed is answered by another one, unnoticed."""
        with Running() as running:
            two = running.replicas[1]
            two.process.send(signal.SIGSTOP)
            statuses = []

            def send(number):
                statuses.append(ask(running.balancer.port, "POST", "/v1/recordings?sample_rate=4000",
                                    SHORT.make(number), timeout=60)[0])

            threads = [threading.Thread(target=send, args=(number,)) for number in range(9)]
            for thread in threads:
                thread.start()
            # About as many go to each.
            self.assertTrue(cluster.comes_true(lambda: len(statuses) >= 6, 30), statuses)
            time.sleep(0.5)
            self.assertLess(len(statuses), 9, "none went to the frozen one")
            two.stop(signal.SIGKILL)
            for thread in threads:
                thread.join()
            self.assertEqual(statuses, [201] * 9)
            self.assertEqual(len(list_all(running.balancer.port)), 9)

    def test_LeaveToWorkersWhatWasOnlyKeptWhoeverOfThemDies(self):
        with Running(replicas=2, options=("--queue-workers", "0")) as running:
            url = running.database.url()
            first = running.replicas[0].port
            workers = [cluster.Worker(number, ARGUMENTS.binary,
                                      ["--model", ARGUMENTS.model, "--threads", "1", "--lease-s", "2",
                                       "--log-level", "warning"],
                                      running.folder / f"worker-{number}.log", dies_with_us=True)
                       for number in (1, 2)]
            try:
                kept = {}
                for number in range(240):
                    status, answer = ask(running.balancer.port, "POST",
                                         "/v1/recordings?mode=async&device=ward-1&sample_rate=4000",
                                         SHORT.make(number))
                    self.assertEqual(status, 202, answer)
                    kept[answer["id"]] = number
                self.assertEqual(ask(first, "GET", f"/v1/recordings/{next(iter(kept))}")[0], 202)
                kills = 0
                for worker in workers:
                    worker.start(url)
                # The database goes away once, too.
                running.database.stop(signal.SIGQUIT)
                running.database.start()
                # One of them after every thirty, however fast they are.
                while (left := waiting(first)) > 0:
                    self.assertTrue(cluster.comes_true(
                        lambda: waiting(first) <= max(0, left - 30), 30), left)
                    victim = workers[kills % 2]
                    victim.stop(signal.SIGKILL)
                    victim.start(url)
                    kills += 1
                    self.assertLess(kills, 100, "the queue does not become empty")
                self.assertGreaterEqual(kills, 3)
                stored = list_all(first)
                self.assertEqual(sorted(recording["id"] for recording in stored), sorted(kept))
                self.assertEqual(ask(first, "GET", "/v1/jobs?dead=true")[1]["jobs"], [])
                # As it would have been at once.
                one = stored[0]
                _, at_once = ask(first, "POST", "/v1/recordings?device=ward-2&sample_rate=4000",
                                 SHORT.make(kept[one["id"]]))
                for member in ("class", "confidence", "probabilities", "beats", "sha256"):
                    self.assertEqual(one[member], at_once[member])
                print(f"{len(kept)} uploads were kept and judged, while workers were killed {kills} times")
                self.judge_anew(running, workers)
            except (AssertionError, cluster.Failed):
                print(running.logs(), file=sys.stderr)
                raise
            finally:
                for worker in workers:
                    worker.stop(signal.SIGKILL)

    def judge_anew(self, running, workers):
        """A history judged anew goes on where it was interrupted, by whoever is there."""
        first = running.replicas[0].port
        command = [ARGUMENTS.binary, "reclassify", "--store", running.database.url(), "--model",
                   ARGUMENTS.model, "--where", "device=ward-1", "--threads", "0"]
        for worker in workers:
            worker.stop(signal.SIGKILL)
        # Nobody works on it.
        begun = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self.assertTrue(cluster.comes_true(
                lambda: ask(first, "GET", "/v1/reclassifications")[1]["reclassifications"], 60))
        finally:
            begun.send_signal(signal.SIGINT)
        said = begun.communicate(timeout=60)[0]
        self.assertEqual(begun.returncode, 1, said)
        self.assertIn("interrupted with 0 of 240 judged: the same command goes on", said)
        workers[0].start(running.database.url())
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("240 recordings judged, 0 of them otherwise than at first", done.stdout)
        reclassifications = ask(first, "GET", "/v1/reclassifications")[1]["reclassifications"]
        self.assertEqual([(each["state"], each["total"]) for each in reclassifications], [("finished", 240)])

    def test_AreStartedRolledAndStoppedByTheScript(self):
        # At the root of the file system, so that the user postgres can enter it.
        with tempfile.TemporaryDirectory(prefix="auscult-script-") as name:
            folder = pathlib.Path(name)
            folder.chmod(0o711)
            port, first, *_ = cluster.free_ports(2)
            first = consecutive_ports(3)

            def script(*words, status=0):
                done = subprocess.run(
                    [sys.executable, str(cluster.HERE / "replicas.py"), words[0], "--folder",
                     str(folder / "all"), *map(str, words[1:])],
                    capture_output=True, text=True, timeout=200, check=False)
                self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
                return done.stdout + done.stderr

            # What one process on a folder has stored, and goes on storing.
            data = folder / "data"
            single = cluster.Process.start(
                [ARGUMENTS.binary, "serve", "--port", str(port), "--data-dir", str(data), "--model",
                 ARGUMENTS.model], folder / "single.log", dies_with_us="KILL")
            self.assertTrue(cluster.comes_true(lambda: cluster.get(port, "/readyz")[0] == 200, 60),
                            cluster.last_lines(folder / "single.log"))

            def upload(number, headers=None):
                status, stored = ask(port, "POST", "/v1/recordings?sample_rate=4000", SHORT.make(number), headers)
                self.assertEqual(status, 201, stored)
                return stored

            recordings = [upload(number) for number in range(3)]
            settings = ["--binary", ARGUMENTS.binary, "--port", port, "--first-port", first, "--data-dir", data,
                        "--workers", 1]
            try:
                self.assertIn("3 recordings", script("copy", *settings))
                recordings.append(upload(3))
                self.assertIn("a service still uses", script("start", *settings, status=1))
                single.end()
                self.assertIn("4 recordings, of which 1 were copied now", script("start", *settings))
                self.assertEqual(list_all(first), recordings[::-1])
                # Through HAProxy nobody is a program of this machine: but for a device's requests a key
                # is asked for.
                self.assertEqual(ask(port, "GET", "/v1/recordings")[0], 401)
                self.assertEqual(ask(port, "POST", "/upload_audio?sample_rate=4000", SHORT.make(9))[0], 200)
                self.assertEqual(len(list_all(first)), 5)
                made = subprocess.run(
                    [ARGUMENTS.binary, "keys", "create", "--name", "reader", "--scopes", "read", "--store",
                     f"postgresql://auscult@/auscult?host={folder}/all/database"],
                    capture_output=True, text=True, check=True)
                key = {"X-Api-Key": re.search(r"\S{40,}", made.stdout).group()}
                # It is taken within a second by each.
                self.assertTrue(cluster.comes_true(
                    lambda: all(ask(port, "GET", "/v1/latest", headers=key)[0] == 200 for _ in range(6)), 20))
                # A browser's login holds at each at once, whichever gave it.
                for _ in range(4):
                    cookie = log_in(port, key["X-Api-Key"])
                    for _ in range(6):
                        self.assertEqual(ask(port, "GET", "/v1/latest", headers={"Cookie": cookie})[0], 200)
                self.assertIn("HAProxy: UP", script("status"))
                # What is only kept is the worker's.
                status, kept = ask(first, "POST", "/v1/recordings?mode=async&sample_rate=4000", SHORT.make(10))
                self.assertEqual(status, 202, kept)
                self.assertTrue(cluster.comes_true(
                    lambda: ask(first, "GET", f"/v1/recordings/{kept['id']}")[0] == 200, 30))
                # Started again it starts nothing; with another setting it says so.
                before = json.loads((folder / "all/state.json").read_text())["processes"]
                script("start")
                self.assertEqual(json.loads((folder / "all/state.json").read_text())["processes"], before)
                self.assertIn("--port", script("start", "--port", port + 1, status=1))

                # A version that does not start leaves the one that serves.
                broken = folder / "broken"
                broken.write_text("#!/bin/sh\necho 'no such luck' >&2\nexit 1\n")
                broken.chmod(0o755)
                self.assertIn("no such luck", script("roll", "--binary", broken, status=1))
                self.assertIn("HAProxy: UP", script("status"))
                # One that does takes the place of all.
                new = folder / "new"
                os.symlink(ARGUMENTS.binary, new)
                script("roll", "--binary", new)
                after = json.loads((folder / "all/state.json").read_text())
                self.assertEqual(after["settings"]["binary"], str(new))
                for name, process in after["processes"].items():
                    self.assertEqual(process != before[name], name.startswith(("replica-", "worker-")), name)
                self.assertEqual(len(list_all(first)), 6)
            finally:
                single.end(signal.SIGKILL)
                if (folder / "all/state.json").exists():
                    script("stop")
            for pid, _ in after["processes"].values():
                self.assertFalse(pathlib.Path(f"/proc/{pid}/exe").exists())
            script("status", status=3)


def log_in(port, key):
    """A browser's session for a key, as it sends it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/v1/login", json.dumps({"key": key}),
                           {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise AssertionError(f"login is answered {answer.status}: {said}")
        return answer.getheader("Set-Cookie").partition(";")[0]
    finally:
        connection.close()


def waiting(port):
    """How many uploads are not judged yet."""
    counts = ask(port, "GET", "/v1/jobs?kind=upload")[1]["counts"]
    return next(count["waiting"] for count in counts if count["kind"] == "upload")


def consecutive_ports(count):
    """The first of so many loopback ports that nobody listens on."""
    for _ in range(100):
        first = cluster.free_ports(1)[0]
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise AssertionError("no free ports")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=os.path.abspath)
    parser.add_argument("--model", required=True, type=os.path.abspath)
    parser.add_argument("tests", nargs="*")
    parser.parse_args(namespace=ARGUMENTS)
    missing = cluster.missing_programs()
    if missing:
        print(f"SKIPPED: {' and '.join(missing)} cannot be found; tools/setup.sh replicas installs them")
        sys.exit(SKIPPED)
    # Its default action ends us, and with us all that we started.
    signal.alarm(LONGEST_S)
    names = [f"Replicas.test_{name.removeprefix('Replicas.')}" for name in ARGUMENTS.tests] or None
    result = unittest.main(argv=["replicas_test.py"], defaultTest=names, verbosity=2, exit=False).result
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
