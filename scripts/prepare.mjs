// Runs before `npm start` and `npm test` on whatever Node >= 20 the machine has. It makes a fresh clone
// ready: dependencies when they are absent or older than the lock file, and the dashboard when stale.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const npm = (...args) => execFileSync('npm', args, { cwd: root, stdio: 'inherit' });
const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) latest = Math.max(latest, modified(join(entry.parentPath, entry.name)));
  }
  return latest;
}

const lockFile = join(root, 'package-lock.json');
// npm writes this file last, so its time is when the install finished.
const installed = join(root, 'node_modules/.package-lock.json');
if (modified(installed) < modified(lockFile)) {
  console.log('Installing dependencies (first start, or the lock file is newer)...');
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];
  try {
    npm('ci', ...quietly);
  } catch {
    // A registry that lacks another platform's binaries makes `npm ci` refuse; the rest installs all the same.
    console.log('npm ci refused; installing what this machine needs...');
    npm('install', '--no-save', ...quietly);
  }
}

if (process.argv.includes('--dashboard')) {
  const built = modified(join(root, 'packages/web/dist/index.html'));
  const sources = ['packages/web/src', 'packages/contract/src', 'packages/client/src'];
  const changed = Math.max(
    modified(join(root, 'packages/web/index.html')),
    modified(join(root, 'packages/web/vite.config.ts')),
    modified(lockFile),
    ...sources.map((folder) => newest(join(root, folder))),
  );
  if (built < changed) {
    console.log('Building the dashboard...');
    npm('run', '--silent', 'build:web');
  }
}
