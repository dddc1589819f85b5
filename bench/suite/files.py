"""The same chain and the same fan-out, written for each of the programs."""

import json
import os
import shutil

from suite.contest import FOLDER, HOME


def written(name, text):
    """Writes a file into the folder of the benchmarks; gives its path."""
    path = f"{FOLDER}/work/{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def forget_runs():
    """Takes flowctl's state away, so that the next run is its first."""
    shutil.rmtree(HOME, ignore_errors=True)


def workflow(name, steps, order="file"):
    """A workflow of lines, each a step in flow style."""
    head = f"name: {name}\norder: {order}\nsteps:\n"
    return written(f"{name}.yaml", head + "".join(f"  - {step}\n" for step in steps))


def loop(name, step, count, parallel):
    """A workflow that does one step for each of `count` items; gives the arguments of its run."""
    head = f"name: {name}\ninputs: {{ items: {{ type: list, required: true }} }}\nsteps:\n"
    loop = f'id: each, for_each: "${{{{ inputs.items }}}}", as: item, max_parallel: {parallel}'
    file = written(f"{name}.yaml", f"{head}  - {{ {loop}, {step} }}\n")
    return [file, "--inputs", written(f"{name}.json", json.dumps({"items": list(range(count))}))]


def ninja(name, edges):
    """A build file of `true` commands; edges are (step, the one before it or None)."""
    lines = [f"builddir = {FOLDER}/work/{name}", "rule step", "  command = true"]
    lines += [f"build {step}: step{' ' + before if before else ''}" for step, before in edges]
    return written(f"{name}.ninja", "\n".join(lines) + "\n")


def make(name, edges):
    """The same as a makefile."""
    steps = [step for step, _ in edges]
    lines = [f".PHONY: all {' '.join(steps)}", f"all: {' '.join(steps)}"]
    lines += [f"{step}:{' ' + before if before else ''}\n\t@true" for step, before in edges]
    return written(f"{name}.mk", "\n".join(lines) + "\n")


def just(name, edges):
    """The same as a justfile whose last recipe needs all before it."""
    lines = [f"{step}:{' ' + before if before else ''}\n    @true\n" for step, before in edges]
    return written(f"{name}.just", "\n".join(lines))
