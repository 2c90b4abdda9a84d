import { expect } from 'chai';
import { painter, wantsColor } from '../../../apps/cli/paint.ts';

const terminal = { write: () => undefined, isTerminal: true, columns: 80 };
const file = { write: () => undefined, isTerminal: false, columns: undefined };

describe('colours', () => {
  it('are for a terminal only', () => {
    expect(wantsColor('auto', terminal, {})).to.equal(true);
    expect(wantsColor('auto', file, {})).to.equal(false);
    expect(wantsColor('auto', terminal, { TERM: 'dumb' })).to.equal(false);
  });

  it('the flag beats NO_COLOR, which beats FORCE_COLOR, which beats the terminal', () => {
    expect(wantsColor('always', file, { NO_COLOR: '1' })).to.equal(true);
    expect(wantsColor('never', terminal, { FORCE_COLOR: '1' })).to.equal(false);
    expect(wantsColor('auto', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' })).to.equal(false);
    expect(wantsColor('auto', terminal, { NO_COLOR: '' })).to.equal(true);
    expect(wantsColor('auto', file, { FORCE_COLOR: '1' })).to.equal(true);
    expect(wantsColor('auto', terminal, { FORCE_COLOR: '0' })).to.equal(false);
  });

  it('leave text alone when they are off', () => {
    expect(painter(false).red('x')).to.equal('x');
    expect(painter(true).red('x')).to.equal('\x1b[31mx\x1b[39m');
  });
});
