import { expectClean, inBackground } from '../support/background.ts';

// No cache: a rule that knows types can change its mind about a file that did not change.
const eslint = inBackground('node_modules/eslint/bin/eslint.js', ['.', '--max-warnings', '0']);

describe('the lint rules', function () {
  this.timeout(300_000);

  it('hold: eslint finds nothing', async () => {
    expectClean(await eslint(), 'npm run lint');
  });
});
