#!/usr/bin/env python3
"""Stands in for pgcat: reads the same configuration file, reloads it on SIGHUP, and passes every connection on to the
primary. It neither pools nor looks into a query. INT and TERM end it.

usage: pgcat [OPTION...] FILE
"""

import asyncio
import signal
import sys
import tomllib


class Pooler:
    def __init__(self, path):
        self.path = path
        self.load()

    def load(self):
        with open(self.path, "rb") as file:
            config = tomllib.load(file)
        self.port = config["general"]["port"]
        (pool,) = config["pools"].values()
        servers = pool["shards"]["0"]["servers"]
        (self.primary,) = [(host, port) for host, port, role in servers if role == "primary"]
        print("pgcat: servers", servers, "user", pool["users"]["0"]["username"], flush=True)

    async def serve(self, reader, writer):
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(*self.primary)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pass_on(reader, upstream_writer), pass_on(upstream_reader, writer))


async def pass_on(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main():
    pooler = Pooler(sys.argv[-1])
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, pooler.load)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await asyncio.start_server(pooler.serve, "0.0.0.0", pooler.port)
    await ended.wait()


asyncio.run(main())
