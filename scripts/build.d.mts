// Types of build.mjs for the tests that call it.
export function build(): Promise<boolean>;
