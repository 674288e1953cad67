#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""C is formatted as clang-format 14 does it with the tree's .clang-format."""
import os
import re
import shutil
import subprocess
import sys

import lint

STYLE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     '..', '..', '.clang-format')


def check(root):
    tool = shutil.which('clang-format-14')
    if not tool:
        raise lint.Unavailable('there is no clang-format-14')
    paths = lint.files(root, ['gst', 'tests', 'examples'], ('.c', '.h'))
    if not paths:
        return
    run = subprocess.run(
        [tool, f'--style=file:{STYLE}', '--dry-run', '-Werror', *paths],
        cwd=root, stderr=subprocess.PIPE, text=True, check=False)
    places = re.findall(r'^([^\s:]+:\d+):\d+: error:', run.stderr, re.M)
    for place in sorted(set(places)):
        yield f'{place}: clang-format-14 would write it otherwise'
    if run.returncode and not places:
        yield run.stderr


CLEAN = {'gst/a.c': 'static int\nf (int a)\n{\n  return a;\n}\n'}
PLANTS = {
    'spacing': {'gst/a.c': 'static int\nf(int a)\n{\n  return a;\n}\n'},
    'braces': {'tests/a/a.c': 'static int\nf (int a) {\n  return a;\n}\n'},
    'long line': {'examples/a.h': 'int f (' + 'int, ' * 20 + 'int);\n'},
}

if __name__ == '__main__':
    sys.exit(lint.main(check, PLANTS, CLEAN))
