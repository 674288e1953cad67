// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Starts the local server with TLS and openai.mjs beside it: Node.js takes its
// CA from the environment at start only. Without that CA the client must fail.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { check, require, run, start, until } from './support.mjs';

const { WebSocket } = require('ws');

async function refused (url) {
  let outcome;
  const socket = new WebSocket(url);
  socket.once('open', () => { outcome = 'connected'; });
  socket.once('error', (error) => { outcome = error.code; });
  return until('a refusal', () => outcome);
}

await run(100, async (note, cleanup) => {
  const [server] = process.argv.slice(2);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rt-openai-'));
  cleanup(() => rmSync(folder, { recursive: true }));
  const ca = path.join(folder, 'ca.pem');
  const [, host] = await start(server,
    ['--port', '0', '--tls', '--tls-ca-out', ca],
    /wss:\/\/([\w.]+:\d+)/, cleanup);

  const outcome = await refused(`wss://${host}/v1/realtime`);
  check(/CERT|SELF_SIGNED|UNABLE_TO/.test(outcome),
    `without the CA: ${outcome}`);
  const script = new URL('openai.mjs', import.meta.url).pathname;
  const client = spawn(process.execPath, [script, `https://${host}/v1`], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: ca },
  });
  const status = await new Promise((resolve) => client.once('exit', resolve));
  check(status === 0, 'the client is content');
});
