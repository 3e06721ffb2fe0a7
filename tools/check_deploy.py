#!/usr/bin/env python3
"""Checks what deploy/ holds for Prometheus and Grafana: rules, their unit tests, the dashboard.

Usage: tools/check_deploy.py

Names of metrics must be ones that the service exposes (found in the sources) or that a rule records;
expressions and rules must be ones that promtool (Debian package `prometheus`) accepts. Without
promtool only the names are checked, which ends with status 77 (skipped).
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
SKIPPED = 77


def exposed_names():
    """Names of the service's families; a histogram's with its suffixes."""
    names = set()
    for source in [*(ROOT / "src").rglob("*.cpp")]:
        if source.name.endswith("_test.cpp"):
            continue
        text = source.read_text()
        for name, kind in re.findall(r'family\(\s*"(\w+)",\s*Type::(\w+)', text):
            names |= {name + s for s in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
        names |= set(re.findall(r'gauge\(\s*"(\w+)"', text))
    return names


def dashboard_expressions():
    dashboard = json.loads((DEPLOY / "grafana/auscult.json").read_text())
    return [t["expr"] for panel in dashboard["panels"] for t in panel.get("targets", [])]


def main():
    rules = (DEPLOY / "prometheus/auscult.rules.yml").read_text()
    expressions = dashboard_expressions()
    known = exposed_names() | set(re.findall(r"record: (\S+)", rules))
    used = set(re.findall(r"\b(?:auscult[:_]|process_)[\w:]+", "\n".join([rules, *expressions])))
    unknown = sorted(used - known)
    if not expressions or not known:
        sys.exit("no expressions or no metrics were found: is this check out of date?")
    if unknown:
        sys.exit("nobody exposes or records: " + ", ".join(unknown))
    print(f"{len(used)} names of metrics are known, in {len(expressions)} expressions and the rules")

    promtool = shutil.which("promtool")
    if promtool is None:
        print("SKIPPED: promtool is not installed (Debian package prometheus), so no rule was checked")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        asked = pathlib.Path(folder) / "dashboard.yml"
        asked.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": [
            {"record": f"panel{i}", "expr": e.replace("$instance", ".*")}
            for i, e in enumerate(expressions)]}]}))
        for command in (["check", "rules", asked],
                        ["check", "config", DEPLOY / "prometheus/prometheus.yml"],
                        ["check", "rules", DEPLOY / "prometheus/auscult.rules.yml"],
                        ["test", "rules", DEPLOY / "prometheus/auscult.rules.test.yml"]):
            done = subprocess.run([promtool, *command])
            if done.returncode != 0:
                sys.exit(f"promtool {' '.join(map(str, command))} failed")


if __name__ == "__main__":
    main()
