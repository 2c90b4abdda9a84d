// Hiding secrets in log lines, beside one regular expression made of the same forms, and beside nothing: what a line costs with no
// secret, with 10 and with 1,000. The expression is what most programs use; its cost grows with the secrets.

import { randomBytes } from 'node:crypto';
import { redactor } from '../engine/secrets/redactor.ts';
import { secretForms } from '../engine/secrets/secret-forms.ts';
import { machineLine, measureBoth, measure } from './measure.ts';

const LINES = 10_000;
console.log(machineLine());

for (const count of [0, 10, 1000]) {
  const secrets = Array.from({ length: count }, () => randomBytes(18).toString('base64'));
  const lines = Array.from({ length: LINES }, (_, i) =>
    JSON.stringify({
      time: '2026-01-01T00:00:00.000Z',
      level: 'info',
      message: `pass ${i} of container/web: env.LOG_LEVEL: info → debug`,
      key: `container/web.${i}`,
      hash: randomBytes(16).toString('hex'),
      why: i % 100 === 0 && count > 0 ? `said ${secrets[i % count]}` : 'drift',
    }),
  );
  const bytes = lines.join('').length;
  const hide = redactor(secrets);
  const walk = (): void => lines.forEach((line) => hide.text(line));
  if (count === 0) {
    const { medianMs } = await measure(9, walk);
    console.log(`no secrets: ${((medianMs * 1000) / LINES).toFixed(2)} µs a line`);
    continue;
  }
  const forms = secrets.flatMap((secret) => [...secretForms(secret)]).sort((a, b) => b.length - a.length);
  const escaped = forms.map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  const expression = new RegExp(escaped.join('|'), 'g');
  const [ours, theirs] = await measureBoth(count > 100 ? 3 : 9, walk, () =>
    lines.forEach((line) => line.replace(expression, '(secret)')),
  );
  console.log(
    `${count} secrets (${forms.length} forms): ${((ours.medianMs * 1000) / LINES).toFixed(2)} µs a line,` +
      ` ${(bytes / 1e3 / ours.medianMs).toFixed(0)} MB/s; one expression ${((theirs.medianMs * 1000) / LINES).toFixed(2)} µs:` +
      ` ${(theirs.medianMs / ours.medianMs).toFixed(1)} times as long`,
  );
}

const large = randomBytes(48 * 1024).toString('base64');
const { medianMs } = await measure(5, () => redactor([large]));
console.log(`learning one secret of 64 KiB: ${medianMs.toFixed(1)} ms`);
