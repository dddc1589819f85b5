#!/usr/bin/env python3
"""Rows of MariaDB as JSON Lines, as a Python program would: PyMySQL, streaming out and executemany in.

usage: mariadb.py out|in SOCKET FILE
"""

import itertools
import json
import sys

import pymysql
from pymysql.cursors import SSDictCursor


def main():
    way, socket, path = sys.argv[1:]
    connection = pymysql.connect(unix_socket=socket, user="flow", password="fake-password", database="flow")
    with connection, connection.cursor(SSDictCursor if way == "out" else None) as cursor:
        if way == "out":
            cursor.execute("SELECT * FROM source")
            with open(path, "w") as file:
                for row in cursor:
                    file.write(json.dumps(row, default=str) + "\n")
            return
        with open(path) as file:
            while lines := list(itertools.islice(file, 1000)):
                rows = [[value.removesuffix("Z") if key == "at" else value for key, value in json.loads(line).items()] for line in lines]
                cursor.executemany("INSERT INTO target (id, name, price, at, even) VALUES (%s, %s, %s, %s, %s)", rows)
        connection.commit()


main()
