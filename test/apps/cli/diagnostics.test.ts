import { expect } from 'chai';
import fc from 'fast-check';
import { mergeReports, printDiagnostic, printDiagnostics, summarize } from '../../../apps/cli/diagnostics.ts';
import { textWidth } from '../../../apps/cli/display.ts';
import { Report, SourceFile, type Diagnostic } from '../../../engine/model/diagnostic.ts';
import { expectGolden } from './golden.ts';

function at(file: SourceFile, text: string, from = 0): { file: SourceFile; start: number; end: number } {
  const start = file.text.indexOf(text, from);
  if (start < 0) throw new Error(`"${text}" is not in ${file.name}`);
  return { file, start, end: start + text.length };
}

function one(text: string, spot: string, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    severity: 'error',
    code: 'FIELD_UNKNOWN',
    message: 'something is wrong',
    place: at(new SourceFile('shop.yaml', text), spot),
    ...more,
  };
}

describe('printed diagnostics', () => {
  it('show what, where, the line, a caret below the spot, and the hint', () => {
    const text = 'container__web:\n  imgae: oci:nginx\n';
    expectGolden(
      'diagnostics/plain.txt',
      `${printDiagnostic(one(text, 'imgae', { message: 'container has no field "imgae"', hint: 'did you mean "image"?' }), { color: false })}\n`,
    );
  });

  it('show the other places that belong to it', () => {
    const file = new SourceFile('shop.yaml', 'vdisk__rows:\n  size: 1GiB\n# again\nvdisk__rows:\n  size: 2GiB\n');
    const report = new Report();
    report.add({
      severity: 'error',
      code: 'DUPLICATE_SERVICE',
      message: 'vdisk/rows is declared twice',
      place: at(file, 'vdisk__rows', 5),
      related: [{ message: 'first declared here', place: at(file, 'vdisk__rows') }],
    });
    expectGolden('diagnostics/related.txt', printDiagnostics(report, { color: false }));
  });

  it('paint severity, place, caret and hint for a terminal', () => {
    expectGolden(
      'diagnostics/color.txt',
      `${printDiagnostic(one('a: b\n', 'b', { severity: 'warning', hint: 'c' }), { color: true })}\n`,
    );
  });

  it('keep the caret below its character behind tabs and wide characters', () => {
    for (const before of ['\t', 'x\t', '日本: ', '🚀 ', 'e\u0301 ', '\t日\t']) {
      const [, line = '', carets = ''] = printDiagnostic(one(`${before}SPOT rest`, 'SPOT'), { color: false }).split(
        '\n',
      );
      const column = textWidth(line.slice(0, line.indexOf('SPOT')));
      expect(carets.indexOf('^'), JSON.stringify(before)).to.equal(column);
      expect(carets.slice(column)).to.equal('^^^^');
    }
  });

  it('show a tab as the spaces up to the next stop', () => {
    const [, line] = printDiagnostic(one('x\tSPOT\tend', 'SPOT'), { color: false }).split('\n');
    expect(line).to.equal(' 1 | x   SPOT    end');
  });

  it('cut a long line around the spot', () => {
    const text = `list: [${'abcdefghi '.repeat(500)}SPOT${' jklmnopqr'.repeat(500)}]`;
    const shown = printDiagnostic(one(text, 'SPOT'), { color: false, width: 60 });
    expectGolden('diagnostics/long.txt', `${shown}\n`);
    const [, line = '', carets = ''] = shown.split('\n');
    expect(line.slice(carets.indexOf('^'), carets.indexOf('^') + 4)).to.equal('SPOT');
  });

  it('a megabyte of one line is printed at once, and short', () => {
    const text = 'x'.repeat(5_000_000);
    const place = { file: new SourceFile('big.yaml', text), start: 2_500_000, end: 4_000_000 };
    const shown = printDiagnostic({ severity: 'error', code: 'YAML_SYNTAX', message: 'm', place }, { color: false });
    expect(shown.length).to.be.below(400);
  });

  it('underline only the first line of a stretch, and one column of an empty one', () => {
    const several = printDiagnostic(one('key: |\n  a\n  b\n', 'key: |\n  a\n  b'), { color: false });
    expect(several.split('\n').at(-1)).to.match(/\| \^{6}$/);
    const file = new SourceFile('a.yaml', 'a: 1');
    const atEnd = printDiagnostic(
      { severity: 'error', code: 'YAML_SYNTAX', message: 'it ends too early', place: { file, start: 4, end: 4 } },
      { color: false },
    );
    expect(atEnd.split('\n').at(-1)).to.match(/\| {5}\^$/);
  });

  it('never print what could move the cursor, in source, message, hint or file name', () => {
    const file = new SourceFile('evil\x1b[2J.yaml', 'a: \x1b]0;title\x07\n');
    const shown = printDiagnostic(
      {
        severity: 'error',
        code: 'FIELD_VALUE',
        message: 'found \x1b[31m',
        hint: '\x1b[0m',
        place: { file, start: 0, end: 1 },
      },
      { color: false },
    );
    expect(shown).not.to.contain('\x1b');
  });

  it('without a place there is the message and the hint alone', () => {
    expect(
      printDiagnostic(
        { severity: 'error', code: 'PARAM_UNKNOWN', message: 'no param "x"', hint: 'there are a, b' },
        { color: false },
      ),
    ).to.equal('error PARAM_UNKNOWN no param "x"\n   = hint: there are a, b');
  });

  it('fit every place of every text into the width, with the caret on it', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ' ', '\t', '日', '🚀', 'e\u0301', ':', '\n', '\r\n', '\x1b'),
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(text, fc.nat(300), fc.nat(20), fc.integer({ min: 40, max: 120 }), (source, start, length, width) => {
        const file = new SourceFile('f', source);
        const place = { file, start: Math.min(start, source.length), end: Math.min(start + length, source.length) };
        const lines = printDiagnostic(
          { severity: 'error', code: 'YAML_SYNTAX', message: 'm', place },
          { color: false, width },
        ).split('\n');
        expect(lines).to.have.length(3);
        expect(lines[2]).to.contain('^');
        for (const line of lines.slice(1)) expect(textWidth(line)).to.be.at.most(width);
      }),
    );
  });

  it('are summed up in one line', () => {
    const report = new Report();
    expect(summarize(report)).to.equal('');
    const [a, b] = [new SourceFile('a', 'x'), new SourceFile('b', 'x')];
    report.error('FIELD_TYPE', { file: a, start: 0, end: 1 }, 'm');
    expect(summarize(report)).to.equal('1 error in 1 file');
    report.error('FIELD_TYPE', { file: b, start: 0, end: 1 }, 'm');
    report.warning('FIELD_TYPE', { file: b, start: 0, end: 1 }, 'm');
    report.note('FIELD_TYPE', undefined, 'm');
    expect(summarize(report)).to.equal('2 errors, 1 warning in 2 files');
    for (let i = 0; i < 1000; i++) report.error('FIELD_TYPE', undefined, 'm');
    expect(summarize(report)).to.equal('1002 errors, 1 warning in 2 files; 4 more are not shown');
    expect(summarize(mergeReports([report, report]))).to.contain('2004 errors');
  });

  it('with --quiet only errors are printed', () => {
    const report = new Report();
    report.warning('FIELD_TYPE', undefined, 'a warning');
    report.error('FIELD_TYPE', undefined, 'an error');
    expect(printDiagnostics(report, { color: false, quiet: true })).to.equal('error FIELD_TYPE an error\n');
  });
});
