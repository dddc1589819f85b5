"""The HTTP layer alone: GETs to a local nginx beside plain libcurl in C and aiohttp, each by its own count."""

from suite import tools
from suite.contest import Contender, Contest

COUNT = 10_000
IN_FLIGHT = (1, 32, 256, 1000)


def contests(url, python):
    """One for each number of requests in flight."""
    plain = tools.compiled("bench/http/multi.c", "-lcurl")
    layer = tools.swift_bench("flow-http-bench")
    for in_flight in IN_FLIGHT:
        work = [url, str(COUNT), str(in_flight)]
        contenders = [
            Contender("C, libcurl's multi interface", [plain, *work], is_rate=True),
            Contender("flowctl's HTTP layer", [layer, *work], is_rate=True),
        ]
        if python:
            contenders.append(Contender("aiohttp", [python, "bench/http/client.py", *work], is_rate=True))
        title = f"HTTP layer, {COUNT:,} GETs, {in_flight:,} in flight"
        yield Contest(title, contenders, turns=3, goals=lambda standings, n=in_flight: goals(standings, n))


def goals(standings, in_flight):
    rate = standings["flowctl's HTTP layer"]
    yield "0.8 of the rate of C", rate.ratio >= 0.8, f"{rate.ratio:.2f}"
    if "aiohttp" in standings:
        factor = 1.4 if in_flight == 1 else 3
        reached = rate.median / standings["aiohttp"].median
        yield f"{factor:g} times aiohttp", reached >= factor, f"{reached:.1f} times"
