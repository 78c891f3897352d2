"""A Slack that only says yes, after a fixed delay: the cheapest stand-in there is, for floors.

python bench/slack_stub.py PORT LATENCY_MS
"""

from __future__ import annotations

import asyncio
import json
import sys

ANSWERS = {
    "auth.test": {
        "ok": True,
        "team": "Bench",
        "team_id": "T1",
        "user_id": "UBOT",
        "bot_id": "B1",
        "url": "https://bench.example/",
    },
    "users.info": {
        "ok": True,
        "user": {
            "id": "U1",
            "team_id": "T1",
            "name": "rep",
            "real_name": "Bench Rep",
            "tz": "America/Chicago",
            "profile": {"real_name": "Bench Rep"},
        },
    },
    "views.open": {"ok": True, "view": {"id": "V1", "hash": "1"}},
    "chat.postMessage": {"ok": True, "channel": "D1", "ts": "1.000001", "message": {}},
}


async def answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, latency: float
) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode()
            length = 0
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if length:
                await reader.readexactly(length)
            method = path.rpartition("/")[2]
            if method in ("views.open", "chat.postMessage") and latency:
                await asyncio.sleep(latency)
            body = json.dumps(ANSWERS.get(method, {"ok": True})).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(body)).encode()
                + b"\r\n\r\n"
                + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve(port: int, latency: float) -> None:
    server = await asyncio.start_server(
        lambda reader, writer: answer(reader, writer, latency), "127.0.0.1", port, backlog=1024
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
