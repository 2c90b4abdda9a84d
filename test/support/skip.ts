// A test that cannot run here says why. The reason is printed above the closing line and the test counts as skipped;
// the reporter takes a pending test without a reason for a failure, so nothing is left out silently.

interface WithReason {
  skipReason?: string;
}

/** For `it`, `before` and `beforeEach`: `skip(this, 'zsh is not installed')`. A `before` hook skips its whole suite. */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.test;
  // `type` is there, only mocha's typings do not know it.
  const hook = (runnable as { readonly type?: string } | undefined)?.type === 'hook';
  const eachHook = hook && runnable?.title.startsWith('"before each"');
  const target = eachHook ? context.currentTest : hook ? runnable?.parent : runnable;
  if (target === undefined) throw new Error(`skip("${reason}") was called outside a test and outside a hook`);
  (target as WithReason).skipReason = reason;
  return context.skip();
}
