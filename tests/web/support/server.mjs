// The service itself, on a free port, with a folder of its own.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export const binary =
  process.env.AUSCULT_BINARY ??
  ['dev', 'release'].map((preset) => join(root, 'build', preset, 'bin/auscult')).find(existsSync) ??
  '';

/** Real recordings, where there are any: the folder `pascal` of AUSCULT_DATA. */
export const pascal = process.env.AUSCULT_DATA ? join(process.env.AUSCULT_DATA, 'pascal') : '';
export const hasRecordings = pascal !== '' && existsSync(join(pascal, 'manifest.csv'));

/** `options` are further ones of the command. */
export async function startServer(options = []) {
  if (!existsSync(binary)) throw new Error(`no service at '${binary}'; build it, or set AUSCULT_BINARY`);
  const folder = mkdtempSync(join(tmpdir(), 'auscult-web-'));
  const process_ = spawn(
    binary,
    ['serve', '--address', '127.0.0.1', '--port', '0', '--data-dir', join(folder, 'data'), '--model', join(root, 'models/auscult-1'),
      // The same sound is sent several times, to fill the history.
      '--retry-window-s', '0', ...options],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  const url = await new Promise((resolve, reject) => {
    const read = (text) => {
      log += text;
      const found = /listens on (http:\/\/[\d.]+:\d+)/.exec(log);
      if (found) resolve(found[1]);
    };
    process_.stdout.on('data', read);
    process_.stderr.on('data', read);
    process_.on('exit', (code) => reject(new Error(`the service ended with ${code}: ${log}`)));
  });
  const upload = async (bytes, device, query = '') => {
    const response = await fetch(`${url}/v1/recordings?device=${encodeURIComponent(device)}${query}`, {
      method: 'POST',
      body: bytes,
    });
    if (response.status !== 201) throw new Error(`upload: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const json = async (path) => (await fetch(url + path)).json();
  const stop = async () => {
    const ended = new Promise((resolve) => process_.once('exit', resolve));
    process_.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const makeKey = (name, scopes) => {
    const told = execFileSync(binary, ['keys', 'create', '--name', name, '--scopes', scopes, '--data-dir', join(folder, 'data')]);
    return told.toString().trim();
  };
  return { url, folder, upload, json, makeKey, stop };
}
