"""The HTTP layer: small GETs to a local nginx, by flowctl's layer, by a whole workflow, and by others."""

import shlex

from suite import files, tools
from suite.contest import Contender, Contest

COUNT = 20_000
IN_FLIGHT = (1, 32, 256, 1000)
AT_ONCE = 1000

YARDSTICK = "C, libcurl's multi interface"
LAYER = "flowctl's HTTP layer"
WHOLE = "flowctl's HTTP layer, as a run has it"
WORKFLOW = "flowctl, for_each of http.request"


def contests(servers, peers):
    """One for each number of requests in flight, without TLS and with it, and one with a server that takes its time."""
    programs = tools.compiled("bench/http/multi.c", "-lcurl"), tools.swift_bench("flow-http-bench")
    for in_flight in IN_FLIGHT:
        yield plain(servers.url, in_flight, peers, programs)
    for in_flight in IN_FLIGHT:
        yield encrypted(servers, in_flight, peers, programs)
    yield at_once("HTTP/1.1", programs, servers.slow)
    yield at_once("HTTP/2 over TLS", programs, servers.slow_secure, servers.certificate)


def plain(url, in_flight, peers, programs):
    contenders = own(url, in_flight, programs, is_rate=True)
    contenders.append(workflow("fetch", f'url: "{url}?n=${{{{ item }}}}"', in_flight))
    if peers["curl"]:
        contenders.append(curl(peers["curl"], url, in_flight))
    # Fewer requests where they are slow; a rate needs no more.
    for library, count in (("aiohttp", COUNT // 4), ("httpx", COUNT // 20)):
        if peers[library]:
            command = [peers[library], "bench/http/client.py", library, url, str(count), str(in_flight)]
            contenders.append(Contender(library, command, count=count, is_rate=True))
    if peers["wrk"]:
        contenders.append(wrk(peers["wrk"], url, in_flight))
    title = f"HTTP/1.1, {COUNT:,} GETs, {in_flight:,} in flight"
    note = "flowctl keeps each answer in its journal where it runs a workflow; the others throw it away."
    return Contest(title, contenders, turns=3, note=note, goals=lambda standings: goals(standings, in_flight))


def encrypted(servers, in_flight, peers, programs):
    contenders = own(servers.secure_url, in_flight, programs, servers.certificate, is_rate=True)
    request = f'url: "{servers.secure_url}?n=${{{{ item }}}}", ca_file: "{servers.certificate}"'
    contenders.append(workflow("fetch-tls", request, in_flight))
    if peers["curl"]:
        contenders.append(curl(peers["curl"], servers.secure_url, in_flight, "--cacert", servers.certificate))
    title = f"HTTP/2 over TLS, {COUNT:,} GETs, {in_flight:,} in flight"
    note = "aiohttp and wrk speak no HTTP/2."
    return Contest(title, contenders, turns=3, note=note)


def at_once(protocol, programs, url, *options):
    """Whether many operations that begin together wait for the server alone."""
    contenders = own(url, AT_ONCE, programs, *options, count=AT_ONCE, is_mean=True)
    note = "The mean time of a request, from its start to its answer."
    title = f"{protocol}, {AT_ONCE:,} GETs at once from a server that takes 100 ms"
    return Contest(title, contenders, turns=7, note=note, goals=goals_at_once)


def own(url, in_flight, programs, *options, count=COUNT, **measure):
    """C and flowctl's layer: the transport alone, and with all that a run puts around it."""
    plain, layer = programs
    work = [url, str(count), str(in_flight), *options]
    commands = {YARDSTICK: [plain, *work], LAYER: [layer, "curl", *work], WHOLE: [layer, "whole", *work]}
    return [Contender(name, command, count=count, **measure) for name, command in commands.items()]


def workflow(name, request, in_flight):
    run = files.loop(f"{name}-{in_flight}", f"uses: http.request, with: {{ {request} }}", COUNT, in_flight)
    return Contender(WORKFLOW, [tools.FLOWCTL, "--quiet", "run", *run], count=COUNT)


def curl(program, url, in_flight, *options):
    urls = files.written("urls", f'url = "{url}"\noutput = "/dev/null"\n' * COUNT)
    # More than 300 at once is more than it can.
    command = [program, "--silent", "--parallel", "--parallel-max", str(min(in_flight, 300)), *options, "--config", urls]
    return Contender("curl --parallel", command, count=COUNT)


def wrk(program, url, in_flight):
    """The ceiling: it reads no more of an answer than where it ends. It counts for itself, in words."""
    measure = [program, "-t1", f"-c{in_flight}", "-d1s", url]
    rate = "awk '/requests in/ { count = $1 } /Requests\\/sec/ { print $2, 0, count }'"
    return Contender("wrk", ["sh", "-c", f"{shlex.join(measure)} | {rate}"], is_rate=True)


def goals(standings, in_flight):
    rate = standings[LAYER]
    yield "0.8 of the rate of C", rate.ratio >= 0.8, f"{rate.ratio:.2f}"
    if "aiohttp" in standings:
        factor = 1.4 if in_flight == 1 else 3
        reached = rate.median / standings["aiohttp"].median
        yield f"{factor:g} times aiohttp", reached >= factor, f"{reached:.1f} times"


def goals_at_once(standings):
    layer = standings[LAYER]
    yield "a mean under 130 ms", layer.median < 0.13, f"{layer.median * 1000:.0f} ms"
    yield "under 80 MiB", layer.peak < 80 * 1024, f"{layer.peak / 1024:.0f} MiB"
