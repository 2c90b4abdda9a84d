import { expect } from 'chai';
import { focusOn, graphDot, graphMermaid, graphOf, graphText } from '../../../apps/cli/graph.ts';
import type { ServiceKey } from '../../../engine/model/key.ts';
import type { DesiredService, DesiredState, LinkType } from '../../../engine/model/service.ts';
import { expectGolden } from './golden.ts';

const plain = { bold: (text: string) => text, dim: (text: string) => text };

function desired(
  links: Readonly<Record<string, readonly (readonly [LinkType, string])[]>>,
  groups: Readonly<Record<string, readonly string[]>> = {},
): DesiredState {
  const services = Object.entries(links).map(([key, to]) => {
    const service = {
      key,
      actor: key.split('/')[0],
      links: to.map(([type, target], i) => ({ type, to: target, until: 'ready', path: `/link/${i}` })),
    };
    return [key as ServiceKey, service as unknown as DesiredService] as const; // the graph reads only these
  });
  return {
    blueprint: 'shop',
    services: new Map(services),
    groups: new Map(Object.entries(groups)),
  } as unknown as DesiredState;
}

const SHOP = desired(
  {
    'container/web.1': [
      ['after', 'container/db'],
      ['consume', 'network/lan'],
    ],
    'container/web.2': [
      ['after', 'container/db'],
      ['consume', 'network/lan'],
    ],
    'container/db': [
      ['consume', 'vdisk/rows'],
      ['placement', 'node/n1'],
    ],
    'vdisk/rows': [['parent', 'storagepool/main']],
    'storagepool/main': [],
    'gateway/edge': [['consume', 'container/web']],
    'task/alone': [],
  },
  { 'container/web': ['container/web.1', 'container/web.2'] },
);

describe('the dependency graph', () => {
  it('stands in waves: each service one after the last it waits for', () => {
    const waves = Object.fromEntries(graphOf(SHOP).services.map(({ key, wave }) => [key, wave]));
    expect(waves).to.deep.equal({
      'network/lan': 1,
      'node/n1': 1,
      'storagepool/main': 1,
      'task/alone': 1,
      'vdisk/rows': 2,
      'container/db': 3,
      'container/web.1': 4,
      'container/web.2': 4,
      'gateway/edge': 5,
    });
  });

  it('a link to a group is a link to each of its members', () => {
    const to = graphOf(SHOP)
      .links.filter(({ from }) => from === 'gateway/edge')
      .map((link) => link.to);
    expect(to).to.deep.equal(['container/web.1', 'container/web.2']);
  });

  it('is printed as text, Mermaid and dot', () => {
    expectGolden('graph/shop.txt', graphText(graphOf(SHOP), plain));
    expectGolden('graph/shop.mmd', graphMermaid(graphOf(SHOP)));
    expectGolden('graph/shop.dot', graphDot(graphOf(SHOP)));
  });

  it('with a focus holds what the service needs and what needs it, nothing beside', () => {
    const keys = focusOn(graphOf(SHOP), ['container/db']).services.map(({ key }) => key);
    expect(keys).to.deep.equal([
      'node/n1',
      'storagepool/main',
      'vdisk/rows',
      'container/db',
      'container/web.1',
      'container/web.2',
      'gateway/edge',
    ]);
  });

  it('of nothing says so', () => {
    expect(graphText(graphOf(desired({})), plain)).to.equal('(no services)\n');
  });
});
