import { expect } from 'chai';
import { tour } from '../../apps/quickstart/tour.ts';
import { fillSpec } from '../../apps/quickstart/fill-spec.ts';

describe('the quickstart', () => {
  it('validates, plans, converges, kills, heals, and says that all of it is in memory', async () => {
    let text = '';
    const code = await tour({ write: (more) => (text += more), color: false, width: 100 });
    expect(code).to.equal(0);
    const headings = [...text.matchAll(/^(\d\. [\w/-]+)/gm)].map(([, heading]) => heading);
    expect(headings).to.deep.equal(['1. Validate', '2. Plan', '3. Converge', '4. container/web', '5. Now']);
    expect(text).to.contain('memory drivers').and.to.contain('simulated');
    const healing = text.slice(text.indexOf('4. container'));
    expect(healing).to.match(/step +restart: .*137/);
    expect(healing).to.match(/healed: noticed \d+ ms after it died, converged again after \d+ ms, simulated\./);
  });

  it('fits the width it is given', async () => {
    let text = '';
    await tour({ write: (more) => (text += more), color: false, width: 90 });
    expect(text.split('\n').filter((line) => line.length > 90)).to.deep.equal([]);
  });

  it('fills values that are known later once they are known, and not before', () => {
    const spec = {
      env: {
        HOST: {
          $ays: {
            template: '{{status "container/db" "address"}}:1',
            whole: false,
            status: [{ key: 'container/db' as const, field: 'address' }],
            secrets: [],
          },
        },
      },
    };
    expect(fillSpec(spec, () => undefined)).to.equal(undefined);
    expect(fillSpec(spec, () => '10.0.0.1')).to.deep.equal({ env: { HOST: '10.0.0.1:1' } });
  });
});
