"""GETs with aiohttp, for comparison.

usage: client.py URL COUNT IN_FLIGHT; prints requests a second and the peak of resident memory in KiB.
"""

import asyncio
import resource
import sys
import time

import aiohttp


async def main(url, count, in_flight):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def work(share):
            for _ in range(share):
                async with session.get(url) as answer:
                    await answer.read()
                    assert answer.status == 200

        start = time.monotonic()
        await asyncio.gather(*[work(count // in_flight) for _ in range(in_flight)])
        seconds = time.monotonic() - start
    print(int(count // in_flight * in_flight / seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
