#!/usr/bin/env python3
"""Hands order lines to the agent: deliver.py INSTITUTION TOKEN_FILE [URL] < rows.json"""
import http.client
import json
import sys
import time
import urllib.error
import urllib.request

institution, token_file, *rest = sys.argv[1:]
url = rest[0] if rest else "http://127.0.0.1:7480"
headers = {"Content-Type": "application/json",
           "Authorization": "Bearer " + open(token_file).read().strip()}
rows = json.load(sys.stdin)
for at in range(0, len(rows), 500):
    body = json.dumps(rows[at:at + 500]).encode()
    request = urllib.request.Request(f"{url}/v1/institutions/{institution}/rows", body, headers)
    while True:
        try:
            answer = json.load(urllib.request.urlopen(request))
        except urllib.error.HTTPError as error:
            if error.code in (503, 507):  # busy, or its disk is full
                time.sleep(int(error.headers.get("Retry-After", 10)))
                continue
            if error.code != 422:  # 422: every row was refused
                sys.exit(error.read().decode())
            answer = json.load(error)
        except (OSError, http.client.HTTPException):  # it does not run, or ended meanwhile
            time.sleep(10)
            continue
        break
    print(f"rows {answer['first_row']} to {answer['first_row'] + answer['rows'] - 1}: {answer['taken']} taken")
    for one in answer["refused"]:  # a row's number behind first_row is its place in what was sent
        print(f"  row {one['row']}: {one['column']} {one['reason']}")
