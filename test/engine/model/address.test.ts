import { isIP } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  firstHost,
  liesIn,
  parseAddress,
  parseRange,
  printAddress,
  rangesOverlap,
} from '../../../engine/model/address.ts';

const range = (cidr: string) => parseRange(cidr)!;

describe('an address range', () => {
  it('is kept whole, whatever host part is written in it', () => {
    expect(range('10.20.0.77/24')).to.deep.equal(range('10.20.0.0/24'));
    expect(range('fd00::7/64')).to.deep.equal(range('fd00::/64'));
  });

  for (const text of [
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/8',
    '300.0.0.0/8',
    'fd00::/129',
    '10.0.0.0/8/8',
    'x/8',
    '10.0.0.0/',
  ]) {
    it(`is not read from "${text}"`, () => expect(parseRange(text)).to.equal(undefined));
  }

  it('overlaps what lies inside it and what it lies inside, and not its neighbour', () => {
    const overlap = (a: string, b: string): boolean => rangesOverlap(range(a), range(b));
    expect(overlap('10.0.0.0/8', '10.20.0.0/24')).to.equal(true);
    expect(overlap('10.20.0.0/24', '10.0.0.0/8')).to.equal(true);
    expect(overlap('10.20.0.0/24', '10.20.1.0/24')).to.equal(false);
    expect(overlap('0.0.0.0/0', '::/0')).to.equal(false);
    expect(overlap('fd00::/64', 'fd00:0:0:0:ffff::/80')).to.equal(true);
    expect(overlap('::ffff:10.0.0.0/104', '::ffff:10.1.0.0/112')).to.equal(true);
  });

  it('has a first address for the node', () => {
    expect(firstHost(range('10.20.0.0/24'))).to.equal('10.20.0.1');
    expect(firstHost(range('192.0.2.7/32'))).to.equal('192.0.2.7');
    expect(firstHost(range('fd00:20::/64'))).to.equal('fd00:20::1');
    expect(firstHost(range('::/0'))).to.equal('::1');
    expect(firstHost(range('fe80::/64'))).to.equal('fe80::1');
    expect(firstHost(range('::/128'))).to.equal('::');
    expect(firstHost(range('2001:db8:1:2:3:4:5:0/127'))).to.equal('2001:db8:1:2:3:4:5:1');
  });

  it('has a first address that is read back as the one meant, in IPv4 and IPv6', () => {
    const address = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 31 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 127 })),
    );
    fc.assert(
      fc.property(address, ([text, length]) => {
        const whole = range(`${text}/${length}`);
        const single = range(`${firstHost(whole)}/${whole.family === 4 ? 32 : 128}`);
        return single.first === whole.first + 1n && rangesOverlap(single, whole);
      }),
    );
  });
});

describe('an address', () => {
  const written = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4Extended(),
    fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
    fc
      .array(fc.constantFrom('::', ':', '0', 'ffff', '1', '12345', '10.0.0.1'), { maxLength: 9 })
      .map((parts) => parts.join('')),
  );

  it('is read exactly where the platform reads one', () => {
    fc.assert(
      fc.property(written, (text) => (parseAddress(text)?.family ?? 0) === isIP(text)),
      { numRuns: 2000 },
    );
  });

  it('is printed as it is read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const address = parseAddress(text)!;
        expect(parseAddress(printAddress(address))).to.deep.equal(address);
      }),
    );
  });

  it('lies in its range up to the edges, and in none of the other family', () => {
    const inside = (address: string, cidr: string): boolean => liesIn(parseAddress(address)!, range(cidr));
    expect(inside('10.20.0.0', '10.20.0.0/24')).to.equal(true);
    expect(inside('10.20.0.255', '10.20.0.0/24')).to.equal(true);
    expect(inside('10.20.1.0', '10.20.0.0/24')).to.equal(false);
    expect(inside('10.19.255.255', '10.20.0.0/24')).to.equal(false);
    expect(inside('::1', '0.0.0.0/0')).to.equal(false);
  });
});
