#!/usr/bin/env python3
"""Small GETs against a local nginx: flowctl's HTTP layer beside plain libcurl, curl and aiohttp.

usage: bench/http/run.py [COUNT]

Prints requests a second and the ratio to the C program. The clients take turns three times and the best turn of each
counts, so that a busy moment does not fall on one of them. A client that is not installed is left out.
"""

import importlib.util
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ROUNDS = 3
IN_FLIGHT = (1, 32, 256, 1000)

AIOHTTP = """
import asyncio, sys, time, aiohttp
async def main(url, count, in_flight):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:
        async def work(share):
            for _ in range(share):
                async with session.get(url) as answer:
                    await answer.read()
        start = time.monotonic()
        await asyncio.gather(*[work(count // in_flight) for _ in range(in_flight)])
        print(int(count // in_flight * in_flight / (time.monotonic() - start)))
asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


def start_nginx(folder):
    """An nginx in `folder` that answers everything with a few bytes; gives its process and its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = pathlib.Path(folder, "nginx.conf")
    configuration.write_text(
        f"daemon off; pid {folder}/pid; worker_processes 1; worker_rlimit_nofile 8192;\n"
        "events { worker_connections 4096; }\n"
        f"http {{ access_log off; keepalive_requests 100000000; {paths}\n"
        f'server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 "ok"; }} }} }}\n'
    )
    nginx = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", configuration, "-e", f"{folder}/error.log"])
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return nginx, f"http://127.0.0.1:{port}/"
        time.sleep(0.02)
    sys.exit("nginx did not start")


def rate(command):
    """Requests a second, as the first word that `command` prints."""
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return int(float(result.stdout.split()[0])) if result.returncode == 0 else 0


def curl_rate(folder, url, count, in_flight):
    """curl has no counter of its own: a list of URLs, timed from outside. It runs at most 300 at once."""
    urls = pathlib.Path(folder, "urls")
    urls.write_text(f'url = "{url}"\noutput = "/dev/null"\n' * count)
    start = time.monotonic()
    command = ["curl", "-s", "--parallel", "--parallel-max", str(min(in_flight, 300)), "-K", urls]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return int(count / (time.monotonic() - start))


def clients(folder, url, count):
    """Name and, for a number of requests in flight, the way to measure it."""
    multi = os.path.join(folder, "multi")
    subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", multi, HERE / "multi.c", "-lcurl"], check=True)
    yield "plain libcurl in C", lambda n: rate([multi, url, str(count), str(n)])
    swift = ROOT / ".build/release/flow-http-bench"
    if swift.exists():
        yield "flowctl", lambda n: rate([swift, url, str(count), str(n)])
    else:
        print("flowctl is left out: run swift build -c release --product flow-http-bench", file=sys.stderr)
    if shutil.which("curl"):
        yield "curl --parallel", lambda n: curl_rate(folder, url, count, n)
    if importlib.util.find_spec("aiohttp"):
        yield "aiohttp", lambda n: rate([sys.executable, "-c", AIOHTTP, url, str(count), str(n)])


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        nginx, url = start_nginx(folder)
        try:
            contenders = list(clients(folder, url, count))
            measured = {name: dict.fromkeys(IN_FLIGHT, 0) for name, _ in contenders}
            for n in IN_FLIGHT:
                for _ in range(ROUNDS):
                    for name, measure in contenders:
                        measured[name][n] = max(measured[name][n], measure(n))
        finally:
            nginx.terminate()
            nginx.wait()
    print(f"{count} GETs, requests a second (ratio to C)")
    print(f"{'in flight':<20}" + "".join(f"{n:>18}" for n in IN_FLIGHT))
    yardstick = measured["plain libcurl in C"]
    for name, rates in measured.items():
        cells = (f"{rates[n]:>10} ({rates[n] / max(1, yardstick[n]):.2f})" for n in IN_FLIGHT)
        print(f"{name:<20}" + "".join(f"{cell:>18}" for cell in cells))


main()
