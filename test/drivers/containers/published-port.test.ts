import { expect } from 'chai';
import fc from 'fast-check';
import { parsePublishedPort, portsClash } from '../../../drivers/containers/published-port.ts';

describe('a published port', () => {
  const good: readonly (readonly [string, object])[] = [
    ['80', { port: 80, protocol: 'tcp' }],
    ['53/udp', { port: 53, protocol: 'udp' }],
    ['8080:80', { nodePort: 8080, port: 80, protocol: 'tcp' }],
    ['8080:80/tcp', { nodePort: 8080, port: 80, protocol: 'tcp' }],
    ['127.0.0.1:8080:80', { address: '127.0.0.1', nodePort: 8080, port: 80, protocol: 'tcp' }],
    ['[::1]:8080:80/udp', { address: '::1', nodePort: 8080, port: 80, protocol: 'udp' }],
  ];
  for (const [text, expected] of good) {
    it(`is read from ${text}`, () => expect(parsePublishedPort(text)).to.deep.equal(expected));
  }

  for (const text of ['', '0', '65536', '80:0', '80:80:80', 'web', '80/sctp', ' 80', '80:', ':80', '127.0.0.1:80']) {
    it(`is not read from "${text}"`, () => expect(parsePublishedPort(text)).to.equal(undefined));
  }

  it('clashes with another on the same port, protocol and address of the node', () => {
    const port = (text: string) => parsePublishedPort(text)!;
    const clash = (a: string, b: string): boolean => portsClash(port(a), port(b));
    expect(clash('8080:80', '8080:81')).to.equal(true);
    expect(clash('127.0.0.1:8080:80', '8080:80')).to.equal(true);
    expect(clash('0.0.0.0:8080:80', '127.0.0.1:8080:80')).to.equal(true);
    expect(clash('127.0.0.1:8080:80', '127.0.0.2:8080:80')).to.equal(false);
    expect(clash('8080:80', '8080:80/udp')).to.equal(false);
    expect(clash('8080:80', '8081:80')).to.equal(false);
    expect(clash('80', '80')).to.equal(false);
  });

  it('clashes both ways or not at all', () => {
    const ports = fc
      .tuple(
        fc.constantFrom('', '127.0.0.1:', '0.0.0.0:', '[::1]:'),
        fc.constantFrom(1, 2),
        fc.constantFrom('', '/udp'),
      )
      .map(([address, port, protocol]) => parsePublishedPort(`${address}${port}:80${protocol}`)!);
    fc.assert(fc.property(ports, ports, (a, b) => portsClash(a, b) === portsClash(b, a)));
  });
});
