import { expectClean, inBackground } from '../support/background.ts';

const prettier = inBackground('node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);

describe('the format', function () {
  this.timeout(300_000);

  it('is prettier’s', async () => {
    expectClean(await prettier(), 'npm run format');
  });
});
