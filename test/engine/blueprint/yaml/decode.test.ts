import { expect } from 'chai';
import { Report } from '../../../../engine/model/diagnostic.ts';
import { decodeText } from '../../../../engine/blueprint/yaml/decode.ts';

function decode(bytes: Uint8Array | string, maxBytes?: number) {
  const report = new Report();
  const given = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return { file: decodeText('f.yaml', given, report, maxBytes), report, first: report.diagnostics[0] };
}

describe('bytes become text', () => {
  it('keeps UTF-8 as it is, CRLF too', () => {
    expect(decode('a: ünï 😀\r\nb: 1\r\n').file?.text).to.equal('a: ünï 😀\r\nb: 1\r\n');
  });

  it('drops a byte order mark, so that column 1 is the first character', () => {
    expect(decode(Buffer.from([0xef, 0xbb, 0xbf, 0x61])).file?.text).to.equal('a');
  });

  it('keeps a byte order mark that is not at the start', () => {
    expect(decode('a\ufeffb').file?.text).to.equal('a\ufeffb');
  });

  it('says size and limit of a file that is too large, and to split it', () => {
    const { file, first } = decode(Buffer.alloc(9 * 1024 * 1024, 'a'));
    expect(file).to.equal(undefined);
    expect(first).to.include({ code: 'FILE_TOO_LARGE' });
    expect(first?.message).to.contain('9 MiB').and.to.contain('8 MiB');
    expect(first?.hint).to.contain('split');
  });

  it('takes a file of exactly the limit', () => {
    expect(decode('12345', 5).file?.text).to.equal('12345');
    expect(decode('123456', 5).file).to.equal(undefined);
  });

  it('finds a NUL byte and says where', () => {
    const { file, first } = decode('a: 1\nb: x\0y\n');
    expect(file).to.equal(undefined);
    expect(first?.code).to.equal('FILE_HAS_NUL');
    expect(first?.message).to.contain('line 2, column 5');
    expect(first?.place?.file.position(first.place.start)).to.deep.equal({ line: 2, column: 5 });
  });

  const encodings: readonly [string, readonly number[]][] = [
    ['UTF-16LE', [0xff, 0xfe, 0x61, 0x00]],
    ['UTF-16BE', [0xfe, 0xff, 0x00, 0x61]],
    ['UTF-32LE', [0xff, 0xfe, 0x00, 0x00, 0x61, 0, 0, 0]],
    ['UTF-32BE', [0x00, 0x00, 0xfe, 0xff, 0, 0, 0, 0x61]],
    ['UTF-16LE', [0x61, 0x00, 0x3a, 0x00]],
    ['UTF-16BE', [0x00, 0x61, 0x00, 0x3a]],
  ];
  for (const [name, bytes] of encodings) {
    it(`names ${name} (${bytes.slice(0, 4).join(' ')}) and how to convert it`, () => {
      const { file, first } = decode(Uint8Array.from(bytes));
      expect(file).to.equal(undefined);
      expect(first?.code).to.equal('FILE_NOT_UTF8');
      expect(first?.message).to.contain(name);
      expect(first?.hint).to.contain(`iconv -f ${name.slice(0, 6)} -t UTF-8`);
    });
  }

  const bad: readonly [string, readonly number[], string][] = [
    ['a Latin-1 letter', [0x61, 0x0a, 0xe9, 0x61], 'line 2, column 1'],
    ['a lone continuation', [0x61, 0x80], 'line 1, column 2'],
    ['an overlong slash', [0x61, 0xc0, 0xaf], 'line 1, column 2'],
    ['an overlong three-byte form', [0xe0, 0x80, 0xaf], 'line 1, column 1'],
    ['a surrogate', [0x61, 0xed, 0xa0, 0x80], 'line 1, column 2'],
    ['a code point past the last', [0xf4, 0x90, 0x80, 0x80], 'line 1, column 1'],
    ['a character cut off at the end', [0x61, 0x62, 0xe2, 0x82], 'line 1, column 3'],
    ['a bad byte after good characters', [0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0xff], 'line 1, column 4'],
  ];
  for (const [name, bytes, where] of bad) {
    it(`refuses ${name} and points at its first byte`, () => {
      const { file, first } = decode(Uint8Array.from(bytes));
      expect(file).to.equal(undefined);
      expect(first?.code).to.equal('FILE_NOT_UTF8');
      expect(first?.message).to.contain(where);
    });
  }
});
