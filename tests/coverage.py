#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sums up a gcovr report (--json) by room."""
import argparse
import collections
import json


def room_of(path):
    parts = path.split('/')
    return parts[2] if len(parts) > 3 else 'plugin.c'


def ranges(numbers):
    """[1, 2, 3, 7] as 1-3, 7."""
    found = []
    for n in numbers:
        if found and found[-1][1] == n - 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return ', '.join(str(a) if a == b else f'{a}-{b}' for a, b in found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--missed', metavar='ROOM')
    parser.add_argument('report')
    args = parser.parse_args()
    with open(args.report, encoding='utf-8') as f:
        files = json.load(f)['files']

    lines, covered = collections.Counter(), collections.Counter()
    for entry in sorted(files, key=lambda e: e['file']):
        room = room_of(entry['file'])
        seen = [x for x in entry['lines'] if not x.get('gcovr/noncode')]
        missed = [x['line_number'] for x in seen if x['count'] == 0]
        lines[room] += len(seen)
        covered[room] += len(seen) - len(missed)
        if room == args.missed and missed:
            print(f'{entry["file"]}: {ranges(missed)}')
    print(f'{"room":14} {"lines":>6} {"reached":>8} {"%":>6}')
    for room in sorted(lines):
        share = 100 * covered[room] / lines[room]
        print(f'{room:14} {lines[room]:6} {covered[room]:8} {share:6.1f}')
    total = sum(lines.values())
    print(f'{"all":14} {total:6} {sum(covered.values()):8} '
          f'{100 * sum(covered.values()) / total:6.1f}')


if __name__ == '__main__':
    main()
