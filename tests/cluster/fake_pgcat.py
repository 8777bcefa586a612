#!/usr/bin/env python3
"""Stands in for pgcat: reads the same configuration file, reloads it on SIGHUP, and passes every connection on to the
primary. It neither pools nor looks into a query; its console knows one answer. INT and TERM end it.

usage: pgcat [OPTION...] FILE
"""

import asyncio
import signal
import struct
import sys
import tomllib


PROTOCOL = 3 << 16


class Pooler:
    def __init__(self, path):
        self.path = path
        self.load()

    def load(self):
        with open(self.path, "rb") as file:
            config = tomllib.load(file)
        self.port = config["general"]["port"]
        # by the name that clients ask for: the database, and its primary
        self.pools = {}
        for name, pool in config["pools"].items():
            shard = pool["shards"]["0"]
            (primary,) = [(host, port) for host, port, role in shard["servers"] if role == "primary"]
            self.pools[name] = shard["database"], primary
            print("pgcat: pool", name, "servers", shard["servers"], flush=True)

    async def serve(self, reader, writer):
        try:
            parameters = await read_startup(reader, writer)
            name = parameters.get("database", parameters["user"])
            if name == "pgcat":
                await console(reader, writer)
                return
            database, primary = self.pools[name]
            upstream_reader, upstream_writer = await asyncio.open_connection(*primary)
        except (OSError, EOFError, KeyError):
            writer.close()
            return
        words = [word for item in {**parameters, "database": database}.items() for word in item]
        body = struct.pack("!i", PROTOCOL) + b"".join(word.encode() + b"\0" for word in words) + b"\0"
        upstream_writer.write(struct.pack("!i", len(body) + 4) + body)
        await asyncio.gather(pass_on(reader, upstream_writer), pass_on(upstream_reader, writer))


async def read_startup(reader, writer):
    """The parameters of the client's first message; it is told that there is no encryption."""
    while True:
        length, code = struct.unpack("!ii", await reader.readexactly(8))
        body = await reader.readexactly(length - 8)
        if code == PROTOCOL:
            words = [word.decode() for word in body.split(b"\0")]
            return dict(zip(words[0:-2:2], words[1:-2:2]))
        writer.write(b"N")


async def console(reader, writer):
    """Whatever is asked: it is done."""
    ready = b"Z" + struct.pack("!i", 5) + b"I"
    writer.write(b"R" + struct.pack("!ii", 8, 0) + ready)
    while await reader.read(65536):
        writer.write(b"C" + struct.pack("!i", 9) + b"SHOW\0" + ready)
    writer.close()


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
