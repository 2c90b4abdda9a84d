// A plan for a person: what happens in which order, what of it hurts, and what is asked of the reader. Unchanged services are
// a number. Every line says in words what its symbol and colour say, so nothing is lost without them.

import type { Risk } from '../model/actor.ts';
import type { ServiceKey } from '../model/key.ts';
import type { Origin } from '../model/service.ts';
import { NEW } from './assess.ts';
import { briefly } from './brief.ts';
import { inOrder, sayAs, sayWhole, withUnits } from './measure.ts';
import { cut, fold, paint, type Color } from './paint.ts';
import {
  PLAN_VERBS,
  type FieldChange,
  type KeyList,
  type Plan,
  type PlanItem,
  type PlanStep,
  type PlanVerb,
  type Refusal,
} from './shape.ts';

export interface PrintOptions {
  readonly color: boolean;
  /** Every step with its why, every difference, every key. */
  readonly verbose?: boolean;
  /** Columns of the terminal; 100 when not known. */
  readonly width?: number;
  /** Where a service is declared: shown with what is refused. */
  readonly originOf?: (key: ServiceKey) => Origin | undefined;
}

const SYMBOLS: Readonly<Record<PlanVerb, readonly [string, Color]>> = {
  create: ['+', 'green'],
  update: ['~', 'yellow'],
  restart: ['↻', 'yellow'],
  replace: ['±', 'red'],
  move: ['→', 'yellow'],
  rename: ['=', 'cyan'],
  adopt: ['&', 'cyan'],
  revive: ['^', 'green'],
  retire: ['v', 'yellow'],
  delete: ['-', 'red'],
  blocked: ['!', 'red'],
};

const RISK_COLORS: Readonly<Record<Risk, Color>> = { safe: 'dim', disruptive: 'yellow', destructive: 'red' };

const FEW_CHANGES = 8;
const FEW_KEYS = 6;

/** Creations of one wave that are shown one by one. */
const MOST_CREATED = 500;

export function printPlan(plan: Plan, options: PrintOptions): string {
  const printer = new Printer(options);
  printer.plan(plan);
  return `${printer.lines.join('\n')}\n`;
}

class Printer {
  readonly lines: string[] = [];
  readonly #color: boolean;
  readonly #verbose: boolean;
  readonly #width: number;
  readonly #originOf: NonNullable<PrintOptions['originOf']>;

  constructor({ color, verbose, width, originOf }: PrintOptions) {
    this.#originOf = originOf ?? (() => undefined);
    this.#color = color;
    this.#verbose = verbose ?? false;
    this.#width = Math.max(40, width ?? 100);
  }

  plan(plan: Plan): void {
    const since = plan.base === undefined ? 'nothing applied before' : `since ${plan.blueprint}@${plan.base}`;
    this.#line(0, [
      ['bold', `Plan for ${plan.blueprint}`],
      ['dim', ` (${since})`],
    ]);
    if (plan.items.length === 0)
      this.#line(0, [
        [undefined, `No changes: ${count(plan.summary.unchanged, 'service is', 'services are')} as wanted.`],
      ]);
    let wave = 0;
    let alike = 0;
    for (const item of plan.items) {
      // Thousands of safe creations are no reading matter: the first of a wave are shown, the rest is counted.
      if (
        item.wave === wave &&
        item.verb === 'create' &&
        item.risk === 'safe' &&
        ++alike > MOST_CREATED &&
        !this.#verbose
      )
        continue;
      if (item.wave !== wave) {
        this.#more(alike - MOST_CREATED);
        alike = 0;
        wave = item.wave;
        this.lines.push('');
        if (plan.summary.waves > 1)
          this.#line(0, [['dim', wave === 1 ? `wave 1, at once` : `wave ${wave}, when what it needs is done`]]);
      }
      this.#item(item);
    }
    this.#more(alike - MOST_CREATED);
    this.lines.push('');
    this.#summary(plan);
  }

  #more(created: number): void {
    if (created > 0 && !this.#verbose) this.#line(0, [['dim', `+ ${created} more to create (--verbose)`]]);
  }

  #item(item: PlanItem): void {
    const [symbol, color] = SYMBOLS[item.verb];
    const name = item.from === undefined ? item.key : `${item.from} → ${item.key}`;
    const risk = item.risk === 'safe' ? '' : ` [${item.risk}]`;
    const head: Part[] = [
      [color, `${symbol} ${name}`],
      [undefined, `  ${item.verb}`],
      [RISK_COLORS[item.risk], risk],
    ];
    const taken = `${symbol} ${name}  ${item.verb}${risk}`.length;
    const because = item.because === NEW ? '' : item.because;
    const fits = taken + 2 + because.length <= this.#width;
    this.#line(0, fits ? [...head, ['dim', because === '' ? '' : `  ${because}`]] : head);
    if (!fits) this.#words(4, 'dim', because);
    if (item.verb === 'create') this.#made(item);
    const shown = this.#verbose ? item.changes : item.changes.slice(0, FEW_CHANGES);
    for (const change of shown) this.#change(change, item);
    if (shown.length < item.changes.length)
      this.#line(4, [['dim', `… ${item.changes.length - shown.length} more differences (--verbose)`]]);
    this.#steps(item);
    for (const note of item.notes) this.#words(4, 'dim', note);
    if (item.blocked?.hint !== undefined) this.#words(4, 'cyan', `next: ${item.blocked.hint}`);
    if (this.#verbose && item.after.length > 0) this.#words(4, 'dim', `after ${item.after.join(', ')}`);
  }

  /** What a new service will be, on two lines at most; all of it when verbose. */
  #made({ spec, facts }: PlanItem): void {
    if (spec === undefined || facts === undefined) return;
    if (this.#verbose) {
      for (const [field, value] of inOrder(spec, facts)) {
        if (value === null) continue;
        const text = `${field}: ${sayWhole(withUnits(value, field, facts), undefined)}`;
        this.#line(4, [
          ['green', '+ '],
          [undefined, text],
        ]);
      }
      return;
    }
    const settings = briefly(spec, facts);
    if (settings.length === 0) return;
    const [first = '', second, third] = fold(settings.join(', '), this.#width - 4);
    this.#line(4, [['dim', first]]);
    if (second !== undefined) this.#line(4, [['dim', third === undefined ? second : `${second} …`]]);
  }

  #change({ field, sign, have, want, change, source, measure }: FieldChange, { verb }: PlanItem): void {
    const forces = change === 'replace' && verb === 'replace' ? ' (forces the replacement)' : '';
    const known = source === 'record' && this.#verbose ? ' (known from the last revision)' : '';
    const color: Color = sign === '+' ? 'green' : sign === '-' ? 'red' : 'yellow';
    const say = this.#verbose ? sayWhole : sayAs;
    const values =
      sign === '+'
        ? say(want, measure)
        : sign === '-'
          ? say(have, measure)
          : `${say(have, measure)} → ${say(want, measure)}`;
    const text = `${field}: ${values}`;
    // What a change costs matters more than the end of a long value.
    const room = Math.max(20, this.#width - 6 - forces.length);
    this.#line(4, [
      [color, `${sign} `],
      [undefined, this.#verbose ? text : cut(text, room)],
      ['dim', `${forces}${known}`],
    ]);
  }

  #steps({ verb, steps, risk }: PlanItem): void {
    if (this.#verbose) {
      for (const step of steps) this.#step(step);
    } else if (risk !== 'safe' || (verb !== 'create' && steps.length > 1)) {
      const words = steps.map((step) => (step.risk === 'safe' ? step.summary : `${step.summary} [${step.risk}]`));
      this.#words(4, 'dim', `steps: ${words.join(', ')}`);
    }
  }

  #step({ op, summary, why, risk, consent }: PlanStep): void {
    const asked = consent === undefined ? '' : consent === 'needed' ? ', needs consent' : ', consent given';
    this.#line(4, [
      ['dim', '> '],
      [undefined, `${op}: ${summary}`],
      [RISK_COLORS[risk], ` [${risk}${asked}]`],
    ]);
    // An actor's own words may leave the values out; a plan never does.
    const values = `${why.field}: ${sayAs(why.have, undefined)} → ${sayAs(why.want, undefined)}`;
    const told = why.text.includes(why.field) || why.text === values;
    this.#words(6, 'dim', told ? why.text : `${values} (${why.text})`);
  }

  #summary({ summary, blast, consents, refusals, unknown, items, hash }: Plan): void {
    const parts = PLAN_VERBS.filter((verb) => (summary.verbs[verb] ?? 0) > 0).map(
      (verb) => `${summary.verbs[verb]} ${verb}`,
    );
    if (parts.length > 0) {
      const steps = `${count(summary.steps, 'step', 'steps')} in ${count(summary.waves, 'wave', 'waves')}`;
      this.#words(0, 'bold', `${parts.join(', ')}; ${summary.unchanged} unchanged (${steps})`);
    }
    const { disruptive, destructive } = summary.risks;
    if (disruptive + destructive > 0) {
      this.#line(0, [
        [undefined, 'Risk: '],
        ['yellow', `${count(disruptive, 'step interrupts', 'steps interrupt')}`],
        ...(destructive > 0 ? [['red', `, ${count(destructive, 'destroys', 'destroy')} data`] as Part] : []),
      ]);
    }
    this.#keys('Interrupted', blast.interrupted);
    this.#keys('Services that depend on them', blast.consumers);
    this.#keys('Data at stake', blast.data, 'red');
    this.#keys('Nodes touched', blast.nodes);
    this.#list(
      'Needs your consent',
      consents.map(({ key, op, reason }) => `${key} ${op}: ${reason}`),
      'red',
    );
    this.#refusals(refusals);
    const waiting = items.filter((item) => item.verb === 'blocked' && !refusals.some(({ key }) => key === item.key));
    this.#list(
      'Left alone',
      waiting.map(({ key, because }) => (because.startsWith(key) ? because : `${key}: ${because}`)),
      'yellow',
    );
    this.#list(
      'Unknown, never touched',
      unknown.map(({ key, foreign }) => (foreign === undefined ? key : `${key} (${foreign.id}, not ours)`)),
      'yellow',
    );
    if (this.#verbose) this.#line(0, [['dim', `plan ${hash}`]]);
  }

  #keys(title: string, { count: total, first }: KeyList, color: Color = 'yellow'): void {
    if (total === 0) return;
    const shown = this.#verbose ? first : first.slice(0, FEW_KEYS);
    const more = total > shown.length ? ` and ${total - shown.length} more` : '';
    this.#words(0, color, `${title}: ${shown.join(', ')}${more}`);
  }

  #list(title: string, entries: readonly string[], color: Color): void {
    if (entries.length === 0) return;
    const shown = this.#verbose ? entries : entries.slice(0, 20);
    this.#line(0, [[color, `${title}:`]]);
    for (const entry of shown) this.#words(2, undefined, entry);
    if (shown.length < entries.length) this.#line(2, [['dim', `… and ${entries.length - shown.length} more`]]);
  }

  #refusals(refusals: readonly Refusal[]): void {
    if (refusals.length === 0) return;
    this.#line(0, [
      ['red', `Refused; nothing can be applied until ${refusals.length === 1 ? 'this is' : 'these are'} settled:`],
    ]);
    for (const { code, key, message, hint } of refusals) {
      const origin = this.#originOf(key);
      const place = origin === undefined ? '' : ` ${origin.file}:${origin.line}:${origin.column}`;
      this.#words(2, undefined, `${code}${place} ${message}`);
      if (hint !== undefined) this.#words(4, 'cyan', `next: ${hint}`);
    }
  }

  #words(indent: number, color: Color | undefined, text: string): void {
    for (const line of fold(text, this.#width - indent)) this.#line(indent, [[color, line]]);
  }

  #line(indent: number, parts: readonly Part[]): void {
    let left = this.#width - indent;
    let line = ' '.repeat(indent);
    for (const [color, text] of parts) {
      // Verbose is in full: what does not fit goes on in the next line.
      let rest = this.#verbose ? [...cut(text, Infinity)] : [];
      const fitting = this.#verbose ? rest.splice(0, left).join('') : cut(text, left);
      left -= [...fitting].length;
      line += paint(fitting, color, this.#color);
      while (rest.length > 0) {
        this.lines.push(line);
        const next = rest.slice(0, this.#width - indent - 2);
        rest = rest.slice(next.length);
        left = this.#width - indent - 2 - next.length;
        line = ' '.repeat(indent + 2) + paint(next.join(''), color, this.#color);
      }
    }
    this.lines.push(line);
  }
}

type Part = readonly [Color | undefined, string];

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
