#!/usr/bin/env python3
"""Runs several replicas of Auscult on this machine, on one PostgreSQL of their own, behind HAProxy.

  copy    has the database follow a folder that a service may still be using; as often as you like
  start   starts what does not run yet; the first time it takes over what --data-dir holds
  status  what runs, and how HAProxy sees it
  roll    puts another program in, one replica after the other, while all requests are answered
  stop    ends everything; what is stored stays

Everything lies in one folder (--folder). What comes after -- goes to each `auscult serve`, its
model to each `auscult worker`, too. HAProxy names
each client's address to the replicas, which then ask for keys as they do over a network: docs/security.md.
"""
import argparse
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import cluster
from cluster import Failed

ROOT = cluster.HERE.parent.parent
EXAMPLES = """Example:
  deploy/replicas/replicas.sh copy --data-dir data      # while the service runs that it belongs to
  deploy/replicas/replicas.sh start --data-dir data     # when that is stopped
  deploy/replicas/replicas.sh roll --binary build/release/bin/auscult
  deploy/replicas/replicas.sh start -- --require-keys"""


def default_folder():
    # The user postgres must be able to enter it, which it cannot below /root.
    return pathlib.Path("/var/lib/auscult-replicas" if os.geteuid() == 0 else "replicas")


def default_binary():
    built = ROOT / "build/release/bin/auscult"
    return str(built) if built.exists() else shutil.which("auscult")


class Deployment:
    """What runs in one folder, as it is written down there from command to command."""

    SETTINGS = {"binary": None, "replicas": 3, "workers": 0, "address": "127.0.0.1", "port": 8000, "first_port": 8101,
                "max_connections": cluster.DEFAULT_MAX_CONNECTIONS,
                "max_connections_per_address": cluster.DEFAULT_MAX_CONNECTIONS_PER_ADDRESS, "options": []}

    def __init__(self, folder):
        self.folder = folder.absolute()
        if len(str(self.folder)) > cluster.LONGEST_FOLDER:
            raise Failed(f"{self.folder} has {len(str(self.folder))} bytes, and the path of a socket in it would "
                         f"be too long: choose a --folder of at most {cluster.LONGEST_FOLDER}")
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            # The user postgres passes through.
            self.folder.chmod(0o711)
        self.log = self.folder / "log"
        self.log.mkdir(mode=0o700, exist_ok=True)
        # Two commands at once would start everything twice.
        self.lock = open(self.folder / "lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failed(f"another command works in {self.folder}: wait for its end") from None
        self.path = self.folder / "state.json"
        self.state = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.settings = {**self.SETTINGS, **self.state.get("settings", {})}
        self.build()

    def build(self):
        """The services by the settings, with those processes of an earlier command that still run."""
        chosen = self.settings
        self.database = cluster.Database(self.folder / "database", chosen["replicas"] + chosen["workers"])
        # Where there are workers, replicas leave to them what was only kept.
        options = [*chosen["options"], *(["--queue-workers", "0"] if chosen["workers"] > 0 else [])]
        self.replicas = [
            cluster.Replica(number, chosen["first_port"] + number - 1, chosen["binary"], options,
                            self.log / f"replica-{number}.log")
            for number in range(1, chosen["replicas"] + 1)]
        self.workers = [
            cluster.Worker(number, chosen["binary"], model_of(chosen["options"]),
                           self.log / f"worker-{number}.log")
            for number in range(1, chosen["workers"] + 1)]
        self.balancer = cluster.Balancer(
            self.folder, chosen["address"], chosen["port"], self.log / "haproxy.log",
            max_connections=chosen["max_connections"],
            max_connections_per_address=chosen["max_connections_per_address"])
        for service in self.services():
            pid, started = self.state.get("processes", {}).get(service.name, (None, None))
            if pid is not None:
                service.process = cluster.Process(pid, started)

    def services(self):
        """In the order of starting."""
        return [self.database, *self.replicas, *self.workers, self.balancer]

    def choose(self, arguments):
        """Takes the settings that were given; which, if something runs with others, is refused."""
        chosen = {name: value for name in self.SETTINGS
                  if (value := getattr(arguments, name, None)) not in (None, [])}
        if "binary" in chosen:
            chosen["binary"] = program(chosen["binary"])
        changed = [name for name, value in chosen.items() if value != self.settings[name]]
        if changed and any(service.running() for service in self.services()):
            raise Failed(f"what runs in {self.folder} was started with another --{changed[0].replace('_', '-')} "
                         f"({self.settings[changed[0]]}): stop it first, or roll if it is the program")
        self.settings.update(chosen)
        if self.settings["binary"] is None:
            self.settings["binary"] = program(default_binary())
        model = ROOT / "models/auscult-1"
        if (model / "model.onnx").exists() and not any(
                option.startswith("--model") for option in self.settings["options"]):
            self.settings["options"] = [*self.settings["options"], "--model", str(model)]
        self.build()
        self.save()

    def save(self):
        self.state["settings"] = self.settings
        self.state["processes"] = {
            service.name: (service.process.pid, service.process.started)
            for service in self.services() if service.process is not None}
        new = self.path.with_suffix(".tmp")
        new.write_text(json.dumps(self.state, indent=1) + "\n")
        new.rename(self.path)

    def start_database(self):
        if not self.database.exists():
            print("making a database", flush=True)
            self.database.create()
        if not self.database.running():
            self.database.start()
            self.save()

    def copy(self, data):
        """Has the database follow a folder; `start` does so for the last time, when nobody writes to it."""
        if self.state.get("served"):
            raise Failed(f"the replicas have already served from {self.folder}, so {data} is no longer copied: "
                         "leave --data-dir out")
        done = subprocess.run([self.settings["binary"], "store", "copy", "--from", str(data), "--to",
                               self.database.url(), "--resume"], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"{data} could not be copied: {done.stderr.strip()}")
        print(done.stdout.strip(), flush=True)


def program(name):
    if name is None:
        raise Failed("no auscult is built (./run.sh) or installed: name the program with --binary")
    path = pathlib.Path(name).absolute()
    if not os.access(path, os.X_OK) or path.is_dir():
        raise Failed(f"'{name}' is not a program that can be run: name one with --binary")
    return str(path)


def model_of(options):
    """The part of a replica's options that is a worker's, too."""
    for at, option in enumerate(options):
        if option == "--model":
            return options[at:at + 2]
        if option.startswith("--model="):
            return [option]
    return []


def has_store(data):
    return (data / "auscult.db").exists()


def check_unused(data):
    """Refuses a folder that a service is still using."""
    try:
        with open(data / "auscult.lock", "r+", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        pass
    except BlockingIOError:
        raise Failed(f"a service still uses {data}, and what it stores from now on would be missing: stop it "
                     "first (`copy` does most of the work while it runs)") from None


def copy(deployment, arguments):
    if not has_store(arguments.data_dir):
        raise Failed(f"there is no store (auscult.db) in '{arguments.data_dir}': name the folder of "
                     "`auscult serve --data-dir`")
    deployment.choose(arguments)
    deployment.start_database()
    deployment.copy(arguments.data_dir)
    print("Stop the service, then `start` with the same --data-dir copies what is new and takes over.")


def start(deployment, arguments):
    data = arguments.data_dir
    if data is not None and not data.is_dir():
        raise Failed(f"--data-dir is '{data}', which is no folder: name that of `auscult serve --data-dir`, or "
                     "leave it out to begin empty")
    deployment.choose(arguments)
    deployment.start_database()
    if data is not None and deployment.state.get("served"):
        print(f"{data} is not copied: the replicas have served since")
    elif data is not None:
        if has_store(data):
            check_unused(data)
            deployment.copy(data)
        else:
            print(f"there is no store in {data}: the database begins empty")
    for replica in deployment.replicas:
        if not replica.running():
            if cluster.get(replica.port, "/healthz")[0] != 0:
                raise Failed(f"something else answers on port {replica.port}: choose another --first-port")
            replica.start(deployment.database.url())
            deployment.state["served"] = True
            deployment.save()
    for worker in deployment.workers:
        if not worker.running():
            worker.start(deployment.database.url())
            deployment.save()
    for replica in deployment.replicas:
        replica.wait_ready()
    if not deployment.balancer.running():
        deployment.balancer.start(deployment.replicas)
        deployment.save()
    status(deployment, arguments)
    address = deployment.settings["address"]
    print(f"\nServing on http://{address}:{deployment.settings['port']}; each replica also by itself, to "
          f"programs on this machine. To end it: {sys.argv[0].replace('.py', '.sh')} stop --folder "
          f"{deployment.folder}")


def status(deployment, arguments):
    del arguments
    states = deployment.balancer.states()
    ports = {replica.name: replica.port for replica in deployment.replicas}
    ports[deployment.balancer.name] = deployment.settings["port"]
    for service in deployment.services():
        words = [service.name.ljust(12)]
        if not service.running():
            words.append("does not run")
        else:
            words.append(f"process {service.process.pid}")
        if service.name in ports:
            words.append(f"port {ports[service.name]}")
        if service in deployment.replicas:
            words.append("ready" if service.ready() else "not ready")
            words.append(f"HAProxy: {states.get(service.name, 'unknown')}")
        print(", ".join(words).replace(",", "", 1))
    print(f"in {deployment.folder}, logs in {deployment.log}")
    return 0 if all(service.running() for service in deployment.services()) else 3


def roll(deployment, arguments):
    idle = [service.name for service in deployment.services() if not service.running()]
    if idle:
        raise Failed(f"{', '.join(idle)} does not run: `start` starts what is missing")
    binary = program(arguments.binary) if arguments.binary else deployment.settings["binary"]
    options = arguments.options or deployment.settings["options"]
    replica_options = [*options, *(["--queue-workers", "0"] if deployment.workers else [])]
    url = deployment.database.url()
    for replica in deployment.replicas:
        try:
            cluster.roll(replica, deployment.balancer, url, binary, replica_options)
        finally:
            deployment.save()
        print(f"{replica.name}: {binary} is ready", flush=True)
    for worker in deployment.workers:
        # What it is at it finishes; the rest is another's, or waits.
        worker.stop()
        worker.binary, worker.options = binary, model_of(options)
        worker.start(url)
        deployment.save()
        print(f"{worker.name}: {binary} works", flush=True)
    deployment.settings.update(binary=binary, options=options)
    deployment.save()


def stop(deployment, arguments):
    del arguments
    # First who asks, last who is asked.
    for service in reversed(deployment.services()):
        if service.running():
            ended = service.stop()
            print(f"{service.name} {'ended' if ended else 'did not end by itself, and was killed'}", flush=True)
        deployment.save()


COMMANDS = {"copy": copy, "start": start, "status": status, "roll": roll, "stop": stop}


def arguments_of(words):
    options = words[words.index("--") + 1:] if "--" in words else None
    parser = argparse.ArgumentParser(prog="replicas.sh", description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=COMMANDS, metavar="copy|start|status|roll|stop")
    parser.add_argument("--folder", type=pathlib.Path, default=default_folder(),
                        help="where everything lies (%(default)s)")
    parser.add_argument("--data-dir", type=pathlib.Path, help="copy, start: a store to take over")
    parser.add_argument("--binary", help="start, roll: the program; else the one built here, or installed")
    parser.add_argument("--replicas", type=int, help="start: how many (3)")
    parser.add_argument("--workers", type=int, help="start: processes that judge what was only kept, in place of "
                        "the replicas (0)")
    parser.add_argument("--address", help="start: where HAProxy listens (127.0.0.1)")
    parser.add_argument("--port", type=int, help="start: its port (8000)")
    parser.add_argument("--first-port", type=int, help="start: of the first replica; the others follow (8101)")
    parser.add_argument("--max-connections", type=int,
                        help=f"start: of all clients together ({cluster.DEFAULT_MAX_CONNECTIONS})")
    parser.add_argument("--max-connections-per-address", type=int, help="start: of one client's address "
                        f"({cluster.DEFAULT_MAX_CONNECTIONS_PER_ADDRESS})")
    arguments = parser.parse_args(words[:words.index("--")] if options is not None else words)
    arguments.options = options
    if arguments.command == "copy" and arguments.data_dir is None:
        parser.error("copy needs --data-dir, the folder to copy")
    if arguments.workers is not None and not 0 <= arguments.workers <= 64:
        parser.error(f"--workers is {arguments.workers}, a number from 0 to 64 is needed")
    if arguments.replicas is not None and not 1 <= arguments.replicas <= 64:
        parser.error(f"--replicas is {arguments.replicas}, a number from 1 to 64 is needed")
    return arguments


def main():
    arguments = arguments_of(sys.argv[1:])
    missing = cluster.missing_programs()
    try:
        if missing:
            raise Failed(f"{' and '.join(missing)} cannot be found: deploy/replicas/replicas.sh start installs them")
        if arguments.command in ("status", "roll", "stop") and not (arguments.folder / "state.json").exists():
            raise Failed(f"nothing was started in {arguments.folder.absolute()}: name the --folder of `start`")
        os.umask(0o077)
        # Half a start is written down, and goes on with the next; Ctrl-C ends this command alone.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        return COMMANDS[arguments.command](Deployment(arguments.folder), arguments) or 0
    except Failed as error:
        print(f"replicas: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("replicas: interrupted; what runs goes on running (`status`, `stop`)", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
