#!/usr/bin/env python3
"""A mail server that takes every message and forgets it: the clients are to be measured, not a queue on a disk.

usage: sink.py PORT
"""

import asyncio
import sys


async def hold(reader, writer):
    """One conversation; commands that come together are answered together."""
    writer.write(b"220 sink\r\n")
    in_message = False
    while line := await reader.readline():
        if in_message:
            if line == b".\r\n":
                in_message = False
                writer.write(b"250 OK id=sink\r\n")
            continue
        verb = line[:4].upper()
        if verb == b"EHLO":
            writer.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 100000000\r\n")
        elif verb == b"DATA":
            in_message = True
            writer.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        else:
            writer.write(b"250 OK\r\n")
    writer.close()


async def main():
    server = await asyncio.start_server(hold, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(main())
