"""flowctl beside its peers: start-up, a chain, a fan-out, HTTP requests. Called by bench/run.

Machines are noisy, so contestants take turns and the median of each counts; what is claimed is the ratio. Every
contestant does the same work: the same number of processes, the same requests to the same server.
"""

import os
import pathlib
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOWCTL = str(ROOT / ".build" / "flowctl")

LINKED_TO_CURL = """
#include <curl/curl.h>
#include <stdio.h>
int main(void) { puts(curl_version()); return 0; }
"""

AIOHTTP = """
import asyncio, sys, aiohttp
async def main(url, count, in_flight):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:
        async def work(share):
            for _ in range(share):
                async with session.get(url) as answer:
                    await answer.read()
        await asyncio.gather(*[work(count // in_flight) for _ in range(in_flight)])
asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


class Contest:
    """One thing that several tools do; each is a command line, or None where the tool is missing."""

    def __init__(self, title, rounds, contestants):
        self.title = title
        self.rounds = rounds
        self.contestants = {name: command for name, command in contestants.items() if command}
        self.missing = [name for name, command in contestants.items() if not command]

    def run(self, folder, environment):
        """Milliseconds and KiB of each contestant, by name: the medians over all rounds."""
        times = {name: [] for name in self.contestants}
        memory = {name: 0 for name in self.contestants}
        for turn in range(self.rounds + 1):
            for name, command in self.contestants.items():
                milliseconds, peak = spawn(command, folder, environment)
                # The first turn warms the caches of files.
                if turn > 0:
                    times[name].append(milliseconds)
                    memory[name] = max(memory[name], peak)
        return {name: (statistics.median(times[name]), memory[name]) for name in times}


def spawn(command, folder, environment):
    """Runs a command with its output thrown away; gives its milliseconds and the peak of its memory in KiB."""
    program = shutil.which(command[0]) or command[0]
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1)]
    here = os.getcwd()
    os.chdir(folder)
    try:
        start = time.perf_counter()
        process = os.posix_spawn(program, command, environment, file_actions=actions)
        _, status, usage = os.wait4(process, 0)
        elapsed = time.perf_counter() - start
    finally:
        os.chdir(here)
        os.close(null)
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with status {status}")
    return elapsed * 1000, usage.ru_maxrss


def tool(name, *arguments):
    """The command line, or None where the tool is not installed."""
    return [name, *arguments] if shutil.which(name) else None


def write_chain(folder, name, count):
    """`count` processes one after the other, in each tool's language."""
    steps = "".join(f"  - {{ id: s{n}, run: 'true' }}\n" for n in range(count))
    folder.joinpath(f"{name}.yaml").write_text(f"name: {name}\nsteps:\n{steps}")
    rule = "rule t\n  command = true\n"
    edges = "".join(f"build {name}{n}: t {f'{name}{n - 1}' if n else ''}\n" for n in range(count))
    folder.joinpath(f"{name}.ninja").write_text(rule + edges + f"default {name}{count - 1}\n")
    targets = "".join(f"s{n}: {f's{n - 1}' if n else ''}\n\t@true \n" for n in range(count))
    phony = ".PHONY: all " + " ".join(f"s{n}" for n in range(count)) + "\n"
    # The semicolon makes make start a shell, as the others do.
    folder.joinpath(f"{name}.mk").write_text(f"{phony}all: s{count - 1}\n{targets.replace('@true ', '@true;')}")
    recipes = "".join(f"s{n}: {f's{n - 1}' if n else ''}\n  @true\n" for n in range(count))
    folder.joinpath(f"{name}.just").write_text(f"all: s{count - 1}\n{recipes}")


def write_fan(folder, count, width):
    """`count` processes, `width` at a time; and as many steps that start none."""
    folder.joinpath("fan.yaml").write_text(
        f"name: fan\nvars: {{ items: '${{{{ lists.range({count}) }}}}' }}\nsteps:\n"
        f"  - {{ id: work, for_each: '${{{{ vars.items }}}}', max_parallel: {width}, run: 'true' }}\n")
    folder.joinpath("noop.yaml").write_text(
        f"name: noop\nvars: {{ items: '${{{{ lists.range({count}) }}}}' }}\nsteps:\n"
        f"  - {{ id: work, for_each: '${{{{ vars.items }}}}', max_parallel: {width}, uses: data.transform,\n"
        "      with: { input: '${{ item }}', fields: { n: input + 1 } } }\n")
    edges = "".join(f"build f{n}: t\n" for n in range(count))
    folder.joinpath("fan.ninja").write_text("rule t\n  command = true\n" + edges)
    names = " ".join(f"f{n}" for n in range(count))
    folder.joinpath("fan.mk").write_text(f".PHONY: all {names}\nall: {names}\n{names}:\n\t@true;\n")


def write_requests(folder, url, count, in_flight):
    folder.joinpath("http.yaml").write_text(
        f"name: http\nvars: {{ items: '${{{{ lists.range({count}) }}}}' }}\nsteps:\n"
        f"  - {{ id: get, for_each: '${{{{ vars.items }}}}', max_parallel: {in_flight}, uses: http.request,\n"
        f"      with: {{ url: '{url}' }} }}\n")
    folder.joinpath("urls").write_text(f'url = "{url}"\noutput = /dev/null\n' * count)
    folder.joinpath("get.py").write_text(AIOHTTP)


def start_nginx(folder):
    """A server that answers everything with a few bytes; gives its process and its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    folder.joinpath("nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; worker_processes 1;\nevents {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; keepalive_requests 100000000; {paths}\n"
        f'server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok"; }} }} }}\n')
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen([program, "-c", folder / "nginx.conf", "-e", folder / "errors"])
    for _ in range(250):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, f"http://127.0.0.1:{port}/"
        time.sleep(0.02)
    sys.exit("nginx did not start")


def contests(folder, url):
    cores = os.cpu_count() or 2
    write_chain(folder, "three", 3)
    write_chain(folder, "chain", 1000)
    write_fan(folder, 10_000, cores)
    write_requests(folder, url, 10_000, 32)
    run = lambda file: [FLOWCTL, "run", "--quiet", file]
    c_program = None
    if shutil.which("cc"):
        folder.joinpath("linked.c").write_text(LINKED_TO_CURL)
        subprocess.run(["cc", "-O2", "-o", folder / "linked", folder / "linked.c", "-lcurl"], check=True)
        c_program = [str(folder / "linked")]
    aiohttp = subprocess.run([sys.executable, "-c", "import aiohttp"], capture_output=True).returncode == 0
    return [
        Contest("start-up: show the version", 100, {
            "flowctl": [FLOWCTL, "--version"], "C program linked to libcurl": c_program,
            "curl": tool("curl", "--version"), "just": tool("just", "--version"),
        }),
        Contest("a workflow of three processes, journal on disk", 30, {
            "flowctl": run("three.yaml"), "just": tool("just", "-f", "three.just", "-d", "."),
            "make": tool("make", "-sf", "three.mk"), "ninja": tool("ninja", "--quiet", "-f", "three.ninja"),
        }),
        Contest("a chain of 1,000 processes", 5, {
            "flowctl": run("chain.yaml"), "ninja": tool("ninja", "--quiet", "-f", "chain.ninja"),
            "make": tool("make", "-sf", "chain.mk"), "just": tool("just", "-f", "chain.just", "-d", "."),
        }),
        Contest(f"a fan-out of 10,000 processes, {cores} at a time", 3, {
            "flowctl": run("fan.yaml"), "ninja": tool("ninja", "--quiet", f"-j{cores}", "-f", "fan.ninja"),
            "make": tool("make", f"-j{cores}", "-sf", "fan.mk"),
        }),
        Contest("a fan-out of 10,000 steps that start no process", 3, {"flowctl": run("noop.yaml")}),
        Contest("10,000 HTTP requests, 32 at a time", 3, {
            "flowctl": run("http.yaml"),
            "curl": tool("curl", "-sZ", "--parallel-max", "32", "-K", "urls") if url else None,
            "aiohttp": [sys.executable, "get.py", url, "10000", "32"] if aiohttp else None,
        } if url else {"flowctl": None, "curl": None, "aiohttp": None}),
    ]


def table(results):
    lines = ["| what | tool | median | time of flowctl ÷ its | peak memory |", "| --- | --- | ---: | ---: | ---: |"]
    for contest, measured in results:
        if "flowctl" not in measured:
            continue
        own = measured["flowctl"][0]
        for position, (name, (milliseconds, memory)) in enumerate(measured.items()):
            title = contest.title if position == 0 else ""
            ratio = "" if name == "flowctl" else f"{own / milliseconds:.2f}"
            lines.append(f"| {title} | {name} | {milliseconds:,.1f} ms | {ratio} | {memory / 1024:,.1f} MiB |")
    return "\n".join(lines)


def main():
    if not os.access(FLOWCTL, os.X_OK):
        sys.exit("there is no release binary; run \"make bench\", or scripts/build first")
    # Not under the source tree: make and just look for files of theirs in the folders above.
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = {
            "PATH": os.environ["PATH"], "HOME": name, "LANG": "C.UTF-8",
            # A prefix of the interpreter's own would slow the start of Python.
            **{key: value for key, value in os.environ.items() if key.startswith("LD_")},
        }
        server, url = None, None
        if shutil.which("nginx") or os.path.exists("/usr/sbin/nginx"):
            server, url = start_nginx(folder)
        try:
            results = []
            for contest in contests(folder, url):
                results.append((contest, contest.run(folder, environment)))
                for missing in contest.missing:
                    print(f"left out, as it is not installed: {missing} ({contest.title})", file=sys.stderr)
                print(f"done: {contest.title}", file=sys.stderr)
        finally:
            if server:
                server.terminate()
                server.wait()
    text = table(results)
    print(text)
    versions = subprocess.run([FLOWCTL, "--version"], capture_output=True, text=True).stdout.strip()
    ROOT.joinpath("docs", "benchmarks.md").write_text(
        "# Benchmarks\n\n"
        f"Made by `make bench` with {versions} on {os.cpu_count()} cores ({platform.machine()}). Contestants take turns on one "
        "machine and do the same work; the median of each counts. Machines differ, so what is worth comparing is the "
        "ratio: below 1 flowctl is faster.\n\n"
        f"{text}\n\n"
        "flowctl writes every step to its journal on disk while it does this; the others keep no journal. The commands "
        "stand in `bench/measure.py`.\n")


main()
