import { expect } from 'chai';
import fc from 'fast-check';
import { padEnd, safeText, textWidth, wrap } from '../../../apps/cli/display.ts';

describe('text on a terminal', () => {
  it('wide characters take two columns, combining ones none', () => {
    expect(textWidth('web')).to.equal(3);
    expect(textWidth('日本')).to.equal(4);
    expect(textWidth('한글')).to.equal(4);
    expect(textWidth('🚀')).to.equal(2);
    expect(textWidth('e\u0301')).to.equal(1);
    expect(padEnd('日', 4)).to.equal('日  ');
  });

  it('nothing that moves the cursor or hides text is printed', () => {
    expect(safeText('a\x1b[2Jb\x07\r\x7f\u009b')).to.equal('a␛[2Jb␇␍␡�');
    expect(safeText('x\u202egnp.exe')).to.equal('x�gnp.exe');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safeText(text)).not.to.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  it('prose is broken at spaces, never wider than asked unless one word is', () => {
    expect(wrap('one two three', 7)).to.equal('one two\nthree');
    expect(wrap('one two three', 9, '  ')).to.equal('one two\n  three');
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/)), fc.integer({ min: 12, max: 40 }), (words, width) => {
        const wrapped = wrap(words.join(' '), width);
        expect(wrapped.split('\n').every((line) => line.length <= width)).to.equal(true);
        expect(wrapped.split('\n').join(' ')).to.equal(words.join(' '));
      }),
    );
  });
});
