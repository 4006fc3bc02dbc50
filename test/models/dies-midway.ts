import { loadArchive } from '../../src/models/load.ts';
import { watched } from './stores.ts';

/** A load that the kernel ends at its n-th write. Arguments: archive, store, n (or `never`). */
const [archive = '', store = '', limit = 'never'] = process.argv.slice(2);
let writes = 0;
const files = watched((call) => {
  if (call === 'writeSync' && String(++writes) === limit) process.kill(process.pid, 'SIGKILL');
});
loadArchive(archive, store, { files });
