"""10,000 GETs as a job: whole processes, from their start to their end."""

from suite import files, tools
from suite.contest import Contender, Contest

COUNT = 10_000
IN_FLIGHT = 32


def contest(url, curl, python):
    work = [url, str(COUNT), str(IN_FLIGHT)]
    run = files.loop("fetch", f'uses: http.request, with: {{ url: "{url}?n=${{{{ item }}}}" }}', COUNT, IN_FLIGHT)
    contenders = [
        Contender("C, libcurl's multi interface", [tools.compiled("bench/http/multi.c", "-lcurl"), *work]),
        Contender("flowctl, for_each of http.request", [tools.FLOWCTL, "--quiet", "run", *run]),
    ]
    if curl:
        urls = files.written("urls", f'url = "{url}"\noutput = "/dev/null"\n' * COUNT)
        command = [curl, "--silent", "--parallel", "--parallel-max", str(IN_FLIGHT), "--config", urls]
        contenders.append(Contender("curl --parallel", command))
    if python:
        contenders.append(Contender("aiohttp", [python, "bench/http/client.py", *work]))
    note = "flowctl keeps each answer in its journal; the others throw it away."
    return Contest(f"{COUNT:,} GETs to a local nginx, {IN_FLIGHT} at once", contenders, turns=3, note=note)
