// The program behind `npm run quickstart`: the tour on the real terminal.

import { asEngineError } from '../../engine/model/errors.ts';
import { painter, wantsColor } from '../cli/paint.ts';
import { tour } from './tour.ts';

let open = true;
process.stdout.on('error', () => (open = false));
const stdout = {
  write: (text: string) => void (open && process.stdout.write(text)),
  isTerminal: process.stdout.isTTY,
  columns: process.stdout.columns,
};

try {
  const color = wantsColor('auto', stdout, process.env);
  process.exitCode = await tour({
    write: stdout.write,
    color,
    width: Math.max(60, Math.min(stdout.columns ?? 100, 140)),
  });
} catch (thrown) {
  const error = asEngineError(thrown);
  const paint = painter(false);
  process.stderr.write(
    `${paint.bold('error')} ${error.code} ${error.message}\n${error.hint === undefined ? '' : `   = hint: ${error.hint}\n`}`,
  );
  if (process.env['AYS_DEBUG'] === '1' && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  process.exitCode = error.exit === 0 ? 70 : error.exit;
}
