// The forms in which a secret gets into text by accident: as it is, base64 in its two alphabets and at each of the three
// alignments (a password inside `user:password`), percent-encoded, escaped for JSON once and twice, escaped for HTML, in
// hexadecimal, and line by line when it has several lines. Used to hide secrets and to prove that they are hidden.

/**
 * The shortest secret, and the shortest form of one, that is looked for inside text. Anything shorter stands in ordinary text by chance, and
 * hiding it there would ruin the text and tell the secret; it is hidden only where it is a whole JSON value.
 */
export const MIN_HIDDEN = 6;
/** The shortest line of a longer secret that is looked for on its own. */
const MIN_LINE = 8;

/** Distinct, each at least `MIN_HIDDEN` long; none for a secret that is shorter. */
export function secretForms(value: string): ReadonlySet<string> {
  const forms = new Set<string>();
  if (value.length < MIN_HIDDEN) return forms;
  addForms(value, forms);
  const lines = value.split(/\r\n|\n|\r/);
  if (lines.length > 1)
    // The armour of a PEM key is no secret, and stands in every other one.
    for (const line of lines)
      if (line.trim().length >= MIN_LINE && !line.startsWith('-----')) addForms(line.trim(), forms);
  for (const form of forms) if (form.length < MIN_HIDDEN) forms.delete(form);
  return forms;
}

function addForms(value: string, forms: Set<string>): void {
  const bytes = Buffer.from(value);
  forms.add(value);
  for (const form of base64Forms(bytes)) {
    forms.add(form);
    forms.add(form.replaceAll('+', '-').replaceAll('/', '_'));
  }
  for (const form of percentForms(bytes)) forms.add(form);
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  for (const form of [json, ascii, json.replaceAll('/', '\\/')]) {
    forms.add(form);
    forms.add(JSON.stringify(form).slice(1, -1));
  }
  // What single quotes need: in a shell, and where node prints a value.
  forms.add(value.replaceAll("'", `'\\''`));
  forms.add(value.replaceAll("'", `'"'"'`));
  forms.add(json.replaceAll('\\"', '"').replaceAll("'", "\\'"));
  const html = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  for (const apostrophe of ["'", '&#39;', '&#x27;', '&apos;']) forms.add(html.replaceAll("'", apostrophe));
  const hex = bytes.toString('hex');
  forms.add(hex);
  forms.add(hex.toUpperCase());
  forms.add(hex.replace(/..(?=.)/g, '$&:'));
  forms.add(hex.replace(/..(?=.)/g, '$& '));
}

/** What of the encoded text depends on the value alone, whatever stands before and behind it; and the whole of it with padding. */
function base64Forms(bytes: Buffer): string[] {
  const whole = bytes.toString('base64');
  const forms = [whole, whole.replace(/=+$/, '')];
  for (let before = 0; before < 3; before++) {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const bits = (before + bytes.length) * 8;
    forms.push(text.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6)));
  }
  return forms;
}

/**
 * Encoders differ in what they leave as it is, beside letters and digits: encodeURIComponent, encodeURI, forms, RFC 3986, user,
 * path and query of a WHATWG address, Go's path and user, Python's quote. The last: everything is encoded.
 */
const LEFT_ALONE = [
  "-_.!~*'()",
  "-_.!~*'();/?:@&=+$,#",
  '*-._',
  '-._~',
  "-_.!~*'()%$&+,",
  "-_.!~*'()%$&+,;:=@/[]\\^|",
  '-_.!~*()%$&+,;:=@/[]\\^|?`{}',
  '-_.~$&+:=@',
  '-_.~$&+,;=',
  '-._~/',
  undefined,
];

const PERCENT_TABLES = LEFT_ALONE.map((alone) =>
  Array.from({ length: 256 }, (_, byte) => {
    const c = String.fromCharCode(byte);
    const plain = alone !== undefined && byte < 0x80 && (/[A-Za-z0-9]/.test(c) || alone.includes(c));
    return plain ? c : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }),
);

function percentForms(bytes: Buffer): string[] {
  const forms = new Set<string>();
  for (const table of PERCENT_TABLES) {
    let form = '';
    for (const byte of bytes) form += table[byte];
    forms.add(form);
  }
  for (const form of [...forms]) {
    const small = form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
    for (const each of [form, small]) forms.add(each).add(each.replaceAll('%20', '+'));
  }
  return [...forms];
}
