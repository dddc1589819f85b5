#!/usr/bin/env python3
"""Documents of MongoDB as JSON Lines, as a Python program would: pymongo, with Extended JSON in the file.

usage: mongodb.py fill|empty|out|in ADDRESS FILE COUNT
"""

import datetime
import itertools
import sys

import pymongo
from bson import json_util


def documents(count):
    begin = datetime.datetime(2026, 1, 1)
    for number in range(count):
        yield {
            "_id": number, "name": f"row {number}", "price": number * 0.01, "even": number % 2 == 0,
            "at": begin + datetime.timedelta(seconds=number), "tags": ["a", "b"],
        }


def main():
    way, address, path, count = sys.argv[1:]
    database = pymongo.MongoClient(address).flow
    if way == "fill":
        every = documents(int(count))
        while part := list(itertools.islice(every, 1000)):
            database.source.insert_many(part)
    elif way == "empty":
        database.target.drop()
    elif way == "out":
        options = json_util.RELAXED_JSON_OPTIONS
        with open(path, "w") as file:
            for document in database.source.find():
                file.write(json_util.dumps(document, json_options=options) + "\n")
    else:
        with open(path) as file:
            while lines := list(itertools.islice(file, 1000)):
                database.target.insert_many([json_util.loads(line) for line in lines])


main()
