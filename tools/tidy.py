#!/usr/bin/env python3
"""Runs clang-tidy on sources, many at once.

Most of clang-tidy's time goes into the headers of Boost, GoogleTest and the standard library, again
for each source. So sources that are compiled with the same options are laid end to end in one file;
where they do not compile so (two have the same name in a namespace without a name), in two files.
What is found there is looked for again in its source alone, and only that counts. Sources that
were clean are not read again until they, a header of the project that they include, their options
or .clang-tidy change (`--all` reads them all the same): a run that was stopped goes on.

Needs a folder configured with clang (`cmake --preset tidy`); builds nothing. Exits 1 if something
is found.
"""

import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-14"
SOURCES_AT_ONCE = 12
HEADERS = r"/(src|include/auscult|apps|tests|fuzz|benchmarks)/.*\.hpp$"
INCLUDE = re.compile(r'^#include "(.+)"', re.MULTILINE)
FINDING = re.compile(r"^(?P<path>/\S+?):(?P<line>\d+):\d+: (?:warning|error): ")


def sources_by_options(build: Path, chosen: list[Path]) -> dict[tuple[str, ...], list[Path]]:
    """The tracked sources, each with the options of the first target that compiles it."""
    tracked = subprocess.run(["git", "ls-files", "-z", "*.cpp"], cwd=ROOT, check=True,
                             capture_output=True, text=True).stdout.split("\0")
    wanted = {ROOT / path for path in tracked if path}
    groups: dict[tuple[str, ...], list[Path]] = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = Path(entry["file"])
        if source not in wanted:
            continue
        wanted.discard(source)
        if chosen and not any(source.is_relative_to(path) for path in chosen):
            continue
        words = shlex.split(entry["command"])[1:]
        words = words[: words.index("-o")]
        groups.setdefault(tuple(words), []).append(source)
    if not chosen:
        for path in sorted(wanted):
            print(f"tidy: {path.relative_to(ROOT)} is built by no target of this configuration")
    return groups


def fingerprint(source: Path, options: tuple[str, ...]) -> str:
    """Of all that decides what is found in `source`, but for the headers of libraries."""
    folders = [Path(option[2:]) for option in options if option.startswith("-I")]
    files = [ROOT / ".clang-tidy", source]
    for file in files:  # grows as it is gone through
        for name in INCLUDE.findall(file.read_text()):
            found = next((path for folder in [file.parent, *folders]
                          if (path := (folder / name).resolve()).is_file()), None)
            if found and found not in files:
                files.append(found)
    digest = hashlib.sha256(" ".join(options).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def lay_end_to_end(sources: list[Path], file: Path) -> None:
    """An include that an earlier source has becomes an empty line, so that it is no duplicate."""
    seen = set()
    text = []
    for source in sources:
        for line in source.read_text().splitlines():
            included = line.startswith("#include ")
            text.append("" if included and line in seen else line)
            if included:
                seen.add(line)
    file.write_text("\n".join(text) + "\n")


def compiles(options: list[str], file: Path) -> bool:
    return subprocess.run(["clang++-14", *options, "-w", "-fsyntax-only", file],
                          capture_output=True).returncode == 0


def tidy(options: list[str], file: Path) -> list[str]:
    """What is found in `file` and the project's headers, a line each. What clang does not take in a
    library's headers (libtorch 1.13's are no C++20) is left out: it reads on behind it."""
    run = subprocess.run([TIDY, "--quiet", "--warnings-as-errors=*", f"--header-filter={HEADERS}",
                          file, "--", *options], capture_output=True, text=True)
    lines = [line for line in run.stdout.splitlines() if FINDING.match(line)]
    found = [line for line in lines if not line.startswith("/usr/")]
    if run.returncode != 0 and not lines:
        return [f"{file}: {TIDY} ended with {run.returncode}: {run.stderr.strip()[-2000:]}"]
    return found


def check(options: tuple[str, ...], sources: list[Path], file: Path) -> list[str]:
    folders = [f"-I{folder}" for folder in sorted({source.parent for source in sources})]
    if len(sources) > 1:
        lay_end_to_end(sources, file)
        if not compiles([*options, *folders], file):
            half = len(sources) // 2
            return (check(options, sources[:half], file.with_suffix(".0.cpp")) +
                    check(options, sources[half:], file.with_suffix(".1.cpp")))
        found = tidy([*options, *folders], file)
        ends = [len(source.read_text().splitlines()) for source in sources]
        suspects = {source_of(line, file, sources, ends) for line in found}
        if None in suspects:  # a header's, or that the tool itself failed
            suspects = set(sources)
        sources = [source for source in sources if source in suspects]
    return [line for source in sources for line in tidy(list(options), source)]


def source_of(line: str, file: Path, sources: list[Path], lengths: list[int]) -> Path | None:
    finding = FINDING.match(line)
    if finding and Path(finding["path"]) == file:
        number = int(finding["line"])
        for source, length in zip(sources, lengths):
            if number <= length:
                return source
            number -= length
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, help="sources or folders (all)")
    parser.add_argument("--build", type=Path, default=ROOT / "build/tidy")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--all", action="store_true", help="read what was clean again as well")
    arguments = parser.parse_args()

    groups = sources_by_options(arguments.build, [path.resolve() for path in arguments.paths])
    folder = arguments.build / "tidy"
    folder.mkdir(exist_ok=True)
    record = folder / "clean.json"
    clean = json.loads(record.read_text()) if record.exists() and not arguments.all else {}
    prints = {source: fingerprint(source, options)
              for options, sources in groups.items() for source in sources}
    done = sum(clean.get(str(source)) == digest for source, digest in prints.items())
    print(f"tidy: {done} of {len(prints)} sources were clean and have not changed")
    batches = []
    for options, sources in groups.items():
        sources = [source for source in sources if clean.get(str(source)) != prints[source]]
        for start in range(0, len(sources), SOURCES_AT_ONCE):
            batches.append((options, sources[start:start + SOURCES_AT_ONCE],
                            folder / f"{len(batches)}.cpp"))
    found = set()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for (_, sources, _), lines in zip(batches, pool.map(lambda batch: check(*batch), batches)):
            done += len(sources)
            if not lines:
                clean |= {str(source): prints[source] for source in sources}
                record.write_text(json.dumps(clean))
            new = sorted(set(lines) - found)
            found.update(new)
            print("\n".join([f"tidy: {done} sources, {len(found)} findings", *new]), flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
