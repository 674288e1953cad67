#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links of the documents to files and headings of the tree lead somewhere."""
import os
import re
import sys

import lint

LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)')
FENCE = re.compile(r'^```.*?^```', re.M | re.S)


def prose(root, path):
    """The text with code blanked: what looks like a link there is none."""
    text = FENCE.sub('', '\n'.join(lint.lines(root, path)))
    return re.sub(r'`[^`\n]*`', '``', text)


def anchors(root, path):
    found = set()
    text = FENCE.sub('', '\n'.join(lint.lines(root, path)))
    for title in re.findall(r'^#+\s+(.*?)\s*$', text, re.M):
        slug = re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-')
        found.add(slug)
    return found


def check(root):
    documents = [p for p in os.listdir(root) if p.endswith('.md')]
    documents += lint.files(
        root, ['docs', 'examples', 'tests', 'gst'], ('.md',))
    for path in sorted(documents):
        for link in LINK.findall(prose(root, path)):
            if re.match(r'[a-z]+:', link):
                continue
            target, _, anchor = link.partition('#')
            target = os.path.normpath(os.path.join(
                os.path.dirname(path), target)) if target else path
            if not os.path.exists(os.path.join(root, target)):
                yield f'{path}: {link}: there is no {target}'
            elif anchor and anchor not in anchors(root, target):
                yield f'{path}: {link}: {target} has no such heading'


CLEAN = {
    'README.md': '[a](docs/a.md#two-words) [b](https://example.com/x) `[c](d)`',
    'docs/a.md': '# Two words\n[up](../README.md) [here](#two-words)\n',
}
PLANTS = {
    'no such file': {'README.md': '[a](docs/a.md)\n'},
    'no such heading': {**CLEAN, 'docs/b.md': '[a](a.md#three)\n'},
    'no such heading here': {'docs/b.md': '# One\n[a](#two)\n'},
    'from the root': {'docs/a.md': '[a](docs/a.md)\n'},
}

if __name__ == '__main__':
    sys.exit(lint.main(check, PLANTS, CLEAN))
