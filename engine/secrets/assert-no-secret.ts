// The proof that a secret was not written: looks for it in bytes, in every form that is hidden, and as UTF-16 as well. The error
// tells form and place, and never the secret.

import { secretForms } from './secret-forms.ts';

export function assertNoSecret(bytes: Uint8Array | string, value: string, where = 'the output'): void {
  if (value === '') throw new Error('assertNoSecret: an empty value is in every output');
  const all =
    typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const forms = secretForms(value);
  forms.forEach((form) => look(all, Buffer.from(form), where));
  // A short one has no forms; whoever asks for it wants to know of it as it is.
  if (forms.size === 0) look(all, Buffer.from(value), where);
  look(all, Buffer.from(value, 'utf16le'), where);
}

function look(all: Buffer, wanted: Buffer, where: string): void {
  const at = all.indexOf(wanted);
  if (at >= 0)
    throw new Error(`${where} holds the secret, in a form of ${wanted.length} bytes, at byte ${at} of ${all.length}`);
}
