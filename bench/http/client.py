"""GETs with aiohttp or httpx, for comparison.

usage: client.py aiohttp|httpx URL COUNT IN_FLIGHT; prints requests a second and the mean of their times in milliseconds.
"""

import asyncio
import sys
import time


def aiohttp_session(in_flight):
    import aiohttp  # pylint: disable=import-outside-toplevel

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight))

    async def get(url):
        async with session.get(url) as answer:
            await answer.read()
            assert answer.status == 200

    return session, get


def httpx_session(in_flight):
    import httpx  # pylint: disable=import-outside-toplevel

    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    session = httpx.AsyncClient(limits=limits, timeout=60)

    async def get(url):
        answer = await session.get(url)
        assert answer.status_code == 200

    return session, get


async def main(library, url, count, in_flight):
    session, get = {"aiohttp": aiohttp_session, "httpx": httpx_session}[library](in_flight)
    async with session:
        spent = 0

        async def work(share):
            nonlocal spent
            for _ in range(share):
                begun = time.monotonic()
                await get(url)
                spent += time.monotonic() - begun

        start = time.monotonic()
        await asyncio.gather(*[work(count // in_flight) for _ in range(in_flight)])
        seconds = time.monotonic() - start
    done = count // in_flight * in_flight
    print(int(done / seconds), f"{spent / done * 1000:.2f}")


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
