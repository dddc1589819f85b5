#!/usr/bin/env python3
"""Rows of PostgreSQL as JSON Lines, as a Python program would: psycopg, with a server-side cursor out and COPY in.

usage: postgresql.py out|in ADDRESS FILE
"""

import json
import sys

import psycopg
from psycopg.rows import dict_row


def main():
    way, address, path = sys.argv[1:]
    with psycopg.connect(address) as connection:
        if way == "out":
            with connection.cursor("rows", row_factory=dict_row) as cursor, open(path, "w") as file:
                cursor.itersize = 2000
                for row in cursor.execute("SELECT * FROM source"):
                    file.write(json.dumps(row, default=str) + "\n")
            return
        with connection.cursor() as cursor, open(path) as file:
            with cursor.copy("COPY target (id, name, price, at, even) FROM STDIN") as copy:
                for line in file:
                    copy.write_row(list(json.loads(line).values()))


main()
