#!/usr/bin/env python3
"""A TCP connection that is read slowly at first: standard input goes to it, and what it says to standard output.

    tests/websocket/slow_reader.py PORT BYTES_A_SECOND SECONDS

It is like one over a network: segments of 1,400 bytes. On the loopback a segment is 64 KiB, and the kernel tells of room
for the next only once that is free; and it tells of room only when about half of its receive buffer is free, so that is
small. Otherwise whole seconds of slow reading would show as nothing at all.
"""

import contextlib
import os
import socket
import sys
import threading
import time

PORT, RATE, SLOW = (int(word) for word in sys.argv[1:])
SEGMENT = 1400
RECEIVE_BUFFER = 4 * 1024
PIECE = 1024


def pass_on(connection):
    while data := os.read(0, PIECE):
        connection.sendall(data)


connection = socket.socket()
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
connection.connect(("127.0.0.1", PORT))
threading.Thread(target=pass_on, args=[connection], daemon=True).start()
end = time.monotonic() + SLOW
with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # either side may leave at any time
    while data := connection.recv(PIECE):
        os.write(1, data)
        if time.monotonic() < end:
            time.sleep(len(data) / RATE)
