import { expectClean, inBackground } from '../support/background.ts';

const tsc = inBackground('node_modules/typescript/bin/tsc', ['--noEmit', '--pretty', 'false']);

describe('the types', function () {
  this.timeout(300_000);

  it('hold: tsc finds nothing', async () => {
    expectClean(await tsc(), 'npm run typecheck');
  });
});
