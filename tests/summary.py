#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the results in meson's testlog.json files and prints why tests were
skipped and which failed. The last line is the sum of all."""
import json
import re
import sys

PASSED = {'OK', 'EXPECTEDFAIL'}


def reasons(entry):
    """Why the test, or parts of it, were skipped: a TAP directive, or what a
    program said before it left with 77."""
    text = entry.get('stdout', '') or ''
    found = re.findall(r'^\s*(?:ok|1\.\.0).*#\s*skip\S*\s*(.*)$', text,
                       re.I | re.M)
    if not found and entry['result'] == 'SKIP':
        found = [line for line in text.strip().split('\n') if line][-1:]
    return found or (['no reason given'] if entry['result'] == 'SKIP' else [])


def main():
    extra_failed = int(sys.argv[1])
    passed, failed, skipped = 0, extra_failed, 0
    for path in sys.argv[2:]:
        with open(path, encoding='utf-8') as log:
            entries = [json.loads(line) for line in log]
        for entry in entries:
            if entry['result'] in PASSED:
                passed += 1
            elif entry['result'] == 'SKIP':
                skipped += 1
            else:
                failed += 1
                print(f'FAILED  {entry["name"]}: {entry["result"]} ({path})')
            for reason in reasons(entry):
                print(f'SKIPPED {entry["name"]}: {reason}')
    tail = f', {skipped} skipped' if skipped else ''
    print(f'{passed} passed, {failed} failed{tail}')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
