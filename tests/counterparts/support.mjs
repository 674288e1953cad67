// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the counterpart tests share: the npm packages, processes that say when
// they are ready, a real recording at 24 kHz, a microphone, and waiting.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const require = createRequire(
  path.join(process.env.RT_NPM_DIR, 'package.json'));

export const RATE = 24000;
export const RECORDING = '/usr/share/pocketsphinx/test/data/goforward.raw';
export const SPOKEN = 'go forward ten meters';
const FRAME_MS = 20;
const FRAME_BYTES = RATE * FRAME_MS / 1000 * 2;

export function skip (why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

// Runs `main`; an error or a deadline ends the test with what was seen.
export async function run (seconds, main) {
  const seen = [];
  const cleanups = [];
  const note = (text) => seen.push(text);
  let timer;
  const deadline = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${seconds} s`)),
      seconds * 1000);
  });
  let status = 0;
  try {
    await Promise.race([main(note, (f) => cleanups.push(f)), deadline]);
  } catch (error) {
    status = 1;
    for (const line of seen.slice(-60)) console.log(`  ${line}`);
    console.log(`FAILED: ${error.stack ?? error}`);
  }
  clearTimeout(timer);
  for (const cleanup of cleanups.reverse()) await cleanup();
  process.exit(status);
}

export function check (condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
  console.log(`ok: ${what}`);
}

// Resolves with what `probe` returns once that is true.
export async function until (what, probe) {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  console.log(`waiting: ${what}`);
  for (;;) {
    const found = probe();
    if (found) return found;
    await pause();
  }
}

// Starts a program; resolves with the match of `ready` in what it prints.
export function start (program, args, ready, cleanup) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  cleanup(() => {
    child.kill('SIGTERM');
    return ended;
  });
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (data) => {
      text += data;
      const match = ready.exec(text);
      if (match) resolve(match);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    ended.then((code) => reject(
      new Error(`${program} left with ${code}: ${text}`)));
  });
}

// 16 kHz to 24 kHz, S16LE: a windowed sinc, three samples for each two.
export function recording () {
  const raw = readFileSync(RECORDING);
  const input = new Int16Array(raw.buffer, raw.byteOffset, raw.length >> 1);
  const output = new Int16Array(Math.floor(input.length * 3 / 2));
  const reach = 16;
  for (let i = 0; i < output.length; i++) {
    const at = i * 2 / 3;
    let sum = 0;
    for (let k = Math.floor(at) - reach + 1; k <= at + reach; k++) {
      const x = at - k;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      const window = 0.5 + 0.5 * Math.cos(Math.PI * x / (reach + 1));
      sum += (input[k] ?? 0) * sinc * window;
    }
    output[i] = Math.max(-32768, Math.min(32767, Math.round(sum)));
  }
  return Buffer.from(output.buffer);
}

// Sends what is said, and silence before and after, as a microphone would: a
// frame each 20 ms. Returns an object with say() and stop().
export function microphone (send) {
  const silence = Buffer.alloc(FRAME_BYTES);
  const begin = performance.now();
  let frames = 0;
  let speech = Buffer.alloc(0);
  const timer = setInterval(() => {
    while (frames * FRAME_MS <= performance.now() - begin) {
      frames++;
      send(speech.length >= FRAME_BYTES
        ? speech.subarray(0, FRAME_BYTES) : silence);
      speech = speech.subarray(FRAME_BYTES);
    }
  }, FRAME_MS);
  return {
    say: (pcm) => { speech = Buffer.concat([speech, pcm]); },
    stop: () => clearInterval(timer),
  };
}

export function words (text) {
  return (text ?? '').toLowerCase().replace(/[^a-z ]+/g, ' ')
    .replace(/ +/g, ' ').trim();
}

// Milliseconds of PCM that are louder than a whisper.
export function loudness (pcm) {
  let loud = 0;
  for (let at = 0; at + FRAME_BYTES <= pcm.length; at += FRAME_BYTES) {
    let sum = 0;
    for (let i = at; i < at + FRAME_BYTES; i += 2)
      sum += pcm.readInt16LE(i) ** 2;
    if (Math.sqrt(sum / (FRAME_BYTES / 2)) > 300) loud += FRAME_MS;
  }
  return loud;
}
