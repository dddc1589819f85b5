"""What is measured and what it is measured beside: built, installed or named as missing."""

import os
import shutil
import subprocess
import sys

from suite.contest import FOLDER

FLOWCTL = ".build/flowctl"
BUILD = ["scripts/swift", "build", "--configuration", "release", "--static-swift-stdlib", "--disable-local-rpath"]

#: Names of peers that can't be had here, with the reason.
missing = {}


def compiled(source, *options):
    """A program in C; gives its path."""
    program = f"{FOLDER}/{os.path.basename(source).removesuffix('.c')}"
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", program, source, *options], check=True)
    return program


def swift_bench(product):
    """A bench program of the package, with the settings of the release build; gives its path."""
    command = [*BUILD, "--product", product]
    subprocess.run(command, check=True, stdout=sys.stderr)
    folder = subprocess.run([*command, "--show-bin-path"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return os.path.relpath(f"{folder.strip()}/{product}")


def program(name, package):
    """The path of a program of the system, or None with a word about its package."""
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        missing[name] = f"apt-get install {package}"
    return path


def python_peers():
    """Peers that pip installs, apart from the system's Python: just, and for aiohttp and httpx the Python that has
    them, which is also under its own name; each None where it can't be had."""
    folder = f"{FOLDER}/venv"
    python = f"{folder}/bin/python"
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], stdout=sys.stderr)
    peers = {"just": f"{folder}/bin/just", "aiohttp": python, "httpx": python}
    probes = {"just": [f"{folder}/bin/just", "--version"]}
    for name in peers:
        package = "rust-just" if name == "just" else name
        probe = probes.get(name, [python, "-c", f"import {name}"])
        if not answers(probe):
            subprocess.run([python, "-m", "pip", "install", "--quiet", package], stdout=sys.stderr)
        if not answers(probe):
            missing[package] = "pip install could not fetch it"
            peers[name] = None
    return peers | {"python": python if answers([python, "--version"]) else None}


def cel_libraries(python):
    """Which of the CEL libraries that `bench/expressions/peers.py` knows are there, installed beside aiohttp."""
    packages = {
        "celpy": ("cel-python", "import celpy"),
        "rust": ("common-expression-language", "import cel"),
        "cpp": ("cel-expr-python", "from cel_expr_python import cel"),
    }
    found = []
    for library, (package, statement) in packages.items():
        if not answers([python, "-c", statement]):
            subprocess.run([python, "-m", "pip", "install", "--quiet", package], stdout=sys.stderr)
        if answers([python, "-c", statement]):
            found.append(library)
        else:
            missing[package] = "pip install could not fetch it"
    return found


def answers(command):
    """Whether a command runs."""
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False
