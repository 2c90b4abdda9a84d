// The picture is drawn from the compiled machine, so it cannot say anything else than what runs.

import { expect } from 'chai';
import { compileLifecycle } from '../../../engine/lifecycle/index.ts';
import { policyOf } from '../../../engine/model/policy.ts';
import { edgesOf } from './paths.ts';

describe('ays machine', () => {
  const lifecycle = compileLifecycle('box', policyOf({ resyncMs: 300_000, backoff: { capMs: 45_000 } }));
  const { json, mermaid } = lifecycle.describe();

  it('lists every state and every transition of the machine', () => {
    expect(json.states.map(({ name }) => name)).to.deep.equal(Object.keys(lifecycle.machine.states));
    expect(json.transitions).to.have.length(edgesOf(lifecycle.machine).size);
    expect(JSON.parse(JSON.stringify(json))).to.deep.equal(json);
  });

  it('names guards and says delays in words', () => {
    expect(json.transitions).to.deep.include({ from: 'converged', to: 'due', on: 'after 5 min', actions: ['record'] });
    expect(json.transitions.find(({ from, guard }) => from === 'reconciling' && guard === 'isExhausted')?.to).to.equal(
      'parked',
    );
    expect(json.states.find(({ name }) => name === 'backingOff')).to.include({
      deadline: 'after up to 45 s',
      word: 'backing off',
    });
    expect(json.transitions.some(({ actions }) => actions.includes('unnamed'))).to.equal(false);
  });

  it('draws an arrow for every way from one state to another', () => {
    expect(mermaid).to.match(/^stateDiagram-v2\n/);
    for (const { from, to } of json.transitions) if (from !== to) expect(mermaid).to.contain(`  ${from} --> ${to}`);
    expect(mermaid).not.to.contain('undefined');
    expect(mermaid).not.to.contain('live');
  });

  it('marks the live state', () => {
    const { snapshot } = lifecycle.start({ key: 'box/one', generation: 1, paused: true }, { now: 0, random: 0 });
    expect(lifecycle.describe(snapshot).mermaid).to.contain('class paused live');
    expect(lifecycle.describe(snapshot).json.live).to.equal('paused');
  });
});
