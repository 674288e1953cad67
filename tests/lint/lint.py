# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the lint checks share: which files there are, and the command line.

A check is a function that is given the root of a source tree and yields its
complaints as text. `plants` are small trees that it must complain about: with
--self-check each is written to a temporary directory and has to be found,
and `clean`, a tree without fault, must not be complained about.
"""
import os
import sys
import tempfile

SKIPPED = {'.git', 'node_modules', '.cache', '__pycache__'}
OK, FAILED, SKIP = 0, 1, 77


class Unavailable(Exception):
    """The check cannot run here; the text says what is missing."""


def files(root, folders, endings):
    """Paths below `folders` of `root` that end so, sorted, relative."""
    found = []
    for folder in folders:
        for here, below, names in os.walk(os.path.join(root, folder)):
            below[:] = [d for d in below if d not in SKIPPED and not os.path.
                        exists(os.path.join(here, d, 'build.ninja'))]
            found += [os.path.relpath(os.path.join(here, n), root)
                      for n in names if n.endswith(endings)]
    return sorted(found)


def lines(root, path):
    with open(os.path.join(root, path), encoding='utf-8') as f:
        return f.read().split('\n')


def plant(root, tree):
    for path, text in tree.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8') as f:
            f.write(text)


def self_check(check, plants, clean):
    failed = 0
    for name, tree, expected in [('clean', clean, False)] + [
            (name, tree, True) for name, tree in plants.items()]:
        with tempfile.TemporaryDirectory() as root:
            plant(root, tree)
            complaints = list(check(root))
        if bool(complaints) != expected:
            failed += 1
            print(f'{name}: expected {"a" if expected else "no"} complaint, '
                  f'got {complaints}')
    print(f'{len(plants)} planted faults, {failed} surprises')
    return FAILED if failed else OK


def main(check, plants, clean):
    try:
        if sys.argv[1:] == ['--self-check']:
            return self_check(check, plants, clean)
        if len(sys.argv) != 2:
            print(f'Usage: {sys.argv[0]} ROOT | --self-check')
            return 2
        complaints = list(check(sys.argv[1]))
        for complaint in complaints:
            print(complaint)
        return FAILED if complaints else OK
    except Unavailable as missing:
        print(f'skipped: {missing}')
        return SKIP
