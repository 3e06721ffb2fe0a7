#!/usr/bin/env python3
"""Holds every `#include "module/..."` against the module's DEPENDS list.

A module under src/ may include its own headers, those of the modules it names in
auscult_add_module(... DEPENDS ...), and the installed API, which includes nothing but itself.
Exits 1 and lists what breaks that.
"""

import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#include\s+"([a-z_]+)/', re.MULTILINE)
MODULE = re.compile(r"auscult_add_module\(\s*(\w+)([^)]*)\)")


def declared_dependencies(source: Path) -> dict[str, set[str]]:
    modules = {}
    for lists in sorted(source.glob("*/CMakeLists.txt")):
        for name, arguments in MODULE.findall(lists.read_text()):
            words = arguments.split("LINKS")[0].split()
            modules[name] = set(words[words.index("DEPENDS") + 1 :]) if "DEPENDS" in words else set()
    return modules


def order_of(source: Path) -> list[str]:
    return re.findall(r"add_subdirectory\((\w+)\)", (source / "CMakeLists.txt").read_text())


def violations(root: Path) -> list[str]:
    source = root / "src"
    modules = declared_dependencies(source)
    order = order_of(source)
    found = []
    for name, depends in modules.items():
        for other in depends:
            if other not in order or order.index(other) >= order.index(name):
                found.append(f"src/CMakeLists.txt: {name} depends on {other}, which is not above it")
        for path in sorted((source / name).rglob("*.[ch]pp")):
            for included in INCLUDE.findall(path.read_text()):
                if included not in depends | {name, "auscult"}:
                    found.append(f"{path}: includes {included}/, not in the DEPENDS of {name}")
    for path in sorted((root / "include").rglob("*.hpp")):
        for included in set(INCLUDE.findall(path.read_text())) - {"auscult"}:
            found.append(f"{path}: is installed, but includes {included}/")
    return found


def main() -> int:
    root = Path(__file__).parent.parent
    found = violations(root)
    print("\n".join(found) if found else f"layers hold: {', '.join(order_of(root / 'src'))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
