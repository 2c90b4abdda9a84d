// A driver reports of a secret its fingerprint, wherever it stands, and everything else as it is.

import { expect } from 'chai';
import { withoutSecrets } from '../../drivers/fingerprint.ts';
import { sealed } from '../convergence/cases/sealed.ts';

describe('what a driver reports of secrets', () => {
  it('is the fingerprint, at any depth', () => {
    const settings = {
      port: 1,
      password: sealed('pw', 'print-1'),
      list: [{ name: 'a', password: sealed('a', 'print-2') }],
    };
    expect(withoutSecrets(settings)).to.deep.equal({
      port: 1,
      password: { $print: 'print-1' },
      list: [{ name: 'a', password: { $print: 'print-2' } }],
    });
  });

  it('is nothing where there is no fingerprint', () => {
    const { print: _print, ...body } = sealed('pw', '')['$ays'] as {
      readonly template: string;
      readonly print: string;
    };
    expect(withoutSecrets({ $ays: body })).to.deep.equal({ $print: null });
  });

  it('leaves an expression that is no secret', () => {
    const address = {
      $ays: {
        template: '{{status "vm/a" "address"}}',
        whole: true,
        status: [{ key: 'vm/a', field: 'address' }],
        secrets: [],
      },
    };
    expect(withoutSecrets({ address })).to.deep.equal({ address });
  });
});
