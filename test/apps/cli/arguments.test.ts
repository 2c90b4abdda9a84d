import { expect } from 'chai';
import fc from 'fast-check';
import { checkOperands, readArguments } from '../../../apps/cli/arguments.ts';
import type { Flag } from '../../../apps/cli/verb.ts';
import { EngineError } from '../../../engine/model/errors.ts';

const FLAGS: readonly Flag[] = [
  { name: 'exit-code', summary: '' },
  { name: 'quiet', short: 'q', summary: '' },
  { name: 'out', short: 'o', value: 'FILE', summary: '' },
  { name: 'set', short: 's', value: 'NAME=VALUE', repeated: true, summary: '' },
  { name: 'format', value: 'FORMAT', choices: ['text', 'json'], summary: '' },
];

const read = (...args: readonly string[]) => readArguments(args, FLAGS, 'plan');

function refusal(work: () => unknown): EngineError {
  try {
    work();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the arguments of a verb', () => {
  it('flags may stand before, between and after operands, in every spelling', () => {
    const { options, operands } = read('--exit-code', 'a', '--out=x y', 'b', '-s', 'k=v', '-sm=n', '--set', 'e=', '-q');
    expect(operands).to.deep.equal(['a', 'b']);
    expect(options.on('exit-code')).to.equal(true);
    expect(options.on('quiet')).to.equal(true);
    expect(options.text('out')).to.equal('x y');
    expect(options.list('set')).to.deep.equal(['k=v', 'm=n', 'e=']);
  });

  it('a switch reads as --no-NAME and --NAME=false, and the last one counts', () => {
    expect(read('--exit-code', '--no-exit-code').options.on('exit-code')).to.equal(false);
    expect(read('--exit-code=false').options.on('exit-code')).to.equal(false);
    expect(read('--no-exit-code', '--exit-code').options.on('exit-code')).to.equal(true);
  });

  it('after -- everything is an operand, and a lone dash always is', () => {
    expect(read('-', '--', '--exit-code', '-q').operands).to.deep.equal(['-', '--exit-code', '-q']);
  });

  it('a value may be a dash, an equals sign or empty when it is attached', () => {
    expect(read('--out', '-').options.text('out')).to.equal('-');
    expect(read('--out=--x').options.text('out')).to.equal('--x');
    expect(read('--out=').options.text('out')).to.equal('');
    expect(read('-o=file').options.text('out')).to.equal('file');
  });

  it('an unknown flag is refused with the nearest one', () => {
    const error = refusal(() => read('--exitcode'));
    expect(error.code).to.equal('USAGE');
    expect(error.exit).to.equal(2);
    expect(error.message).to.equal('plan has no flag --exitcode');
    expect(error.hint).to.contain('--exit-code');
    expect(refusal(() => read('-x')).message).to.equal('plan has no flag -x');
  });

  it('a flag without its value is refused, also when the next flag follows', () => {
    expect(refusal(() => read('--out')).message).to.equal('--out needs FILE');
    expect(refusal(() => read('--out', '--exit-code')).message).to.equal('--out needs FILE, but "--exit-code" follows');
  });

  it('a value given twice, a switch with a value and a wrong choice are refused', () => {
    expect(refusal(() => read('--out=a', '--out=b')).message).to.contain('given twice');
    expect(refusal(() => read('--exit-code=3')).message).to.contain('is a switch');
    const choice = refusal(() => read('--format=jsno'));
    expect(choice.message).to.equal('--format is one of text, json; found "jsno"');
    expect(choice.hint).to.equal('did you mean json?');
  });

  it('too few and too many operands are refused by name', () => {
    const rules = [{ name: 'PATH', summary: 'a file' }];
    expect(refusal(() => checkOperands([], rules, 'plan')).message).to.equal('plan needs PATH (a file)');
    expect(refusal(() => checkOperands(['a', 'b'], rules, 'plan')).message).to.contain('"b" was given too');
    checkOperands(['a', 'b'], [{ ...rules[0]!, repeated: true }], 'plan');
    checkOperands([], [{ ...rules[0]!, optional: true }], 'plan');
  });

  it('any words are either read or refused in words, never anything else', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('--out', '--set', '-o', '--no-quiet', '--', '-', '--format=text', '-qo', '--=', '---'),
    );
    fc.assert(
      fc.property(fc.array(word), (args) => {
        try {
          const { operands } = read(...args);
          expect(operands.every((operand) => args.includes(operand))).to.equal(true);
        } catch (error) {
          expect(error).to.be.instanceOf(EngineError).with.property('code', 'USAGE');
        }
      }),
    );
  });
});
