// Colour, width and safety of printed lines. Text from the world may hold control characters; none of them reaches a
// terminal from here.

export type Color = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

const CODES: Readonly<Record<Color, number>> = { green: 32, yellow: 33, red: 31, cyan: 36, dim: 2, bold: 1 };

export function paint(text: string, color: Color | undefined, enabled: boolean): string {
  if (!enabled || color === undefined || text === '') return text;
  return `\u001b[${CODES[color]}m${text}\u001b[0m`;
}

/** At most `width` characters, the last one `…` when something was cut; control characters become visible. */
export function cut(text: string, width: number): string {
  const characters = [...visible(text)];
  if (characters.length <= width) return characters.join('');
  return width <= 0 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** Breaks a long sentence at its spaces. */
export function fold(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of visible(text).split(' ')) {
    if (line !== '' && [...line].length + 1 + [...word].length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function visible(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === '\n'
      ? '\\n'
      : character === '\t'
        ? '\\t'
        : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
