// The two inner modules of handlebars that are used: its LR parser and its whitespace rules. The package types only its
// front door, which loads a compiler and a runtime that are not wanted here (7 ms instead of 15).

declare module 'handlebars/dist/cjs/handlebars/compiler/parser.js' {
  const parser: {
    readonly lexer: object;
    readonly performAction: unknown;
  };
  export default parser;
}

declare module 'handlebars/dist/cjs/handlebars/compiler/helpers.js' {
  // Named exports only: how a default is made of this module differs between node and bundlers.
  export const preparePath: unknown;
}

declare module 'handlebars/dist/cjs/handlebars/compiler/whitespace-control.js' {
  const WhitespaceControl: new (options: { readonly ignoreStandalone: boolean }) => {
    accept(program: unknown): unknown;
  };
  export default WhitespaceControl;
}
