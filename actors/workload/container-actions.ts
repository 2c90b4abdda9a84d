// What a person may ask of a container besides its blueprint. Arguments come from outside and are checked here once more,
// because an action may also be called without its schema having been asked.

import type { ContainersDriver } from '../../drivers/containers/port.ts';
import type { ActionDefinition } from '../../engine/model/actor.ts';
import { EngineError } from '../../engine/model/errors.ts';

export const containerActions: Readonly<Record<string, ActionDefinition<ContainersDriver>>> = {
  restart: {
    summary: 'Stop and start it once.',
    risk: 'disruptive',
    args: {
      type: 'object',
      additionalProperties: false,
      properties: {
        grace: {
          type: 'integer',
          minimum: 0,
          maximum: 3_600_000,
          default: 10_000,
          description: 'Milliseconds it may take to end by itself.',
        },
      },
    },
    timeoutMs: 3_700_000,
    async run(driver, args, { key, signal }) {
      const graceMs = typeof args['grace'] === 'number' ? args['grace'] : 10_000;
      await driver.stop(key, { signal: 'SIGTERM', graceMs }, signal);
      await driver.start(key, undefined, signal);
      return null;
    },
  },
  exec: {
    summary: 'Run a command inside and give back its output.',
    risk: 'safe',
    args: {
      type: 'object',
      additionalProperties: false,
      required: ['command'],
      properties: {
        command: {
          type: 'array',
          items: { type: 'string', maxLength: 131_072 },
          minItems: 1,
          maxItems: 4096,
          description: 'The command, word by word.',
        },
        user: {
          type: 'string',
          maxLength: 128,
          description: 'User to run it as; absent: the user of the container.',
        },
        workdir: { type: 'string', maxLength: 4096, description: 'Folder to run it in.' },
        input: { type: 'string', maxLength: 1_048_576, description: 'Text for its standard input.' },
      },
    },
    async run(driver, args, { key, signal }) {
      const { command } = args;
      if (!Array.isArray(command) || command.length === 0) {
        throw new EngineError('ACTION_INVALID', `${key}: exec needs a command, a list of words`);
      }
      const given = (field: string): string | undefined => (typeof args[field] === 'string' ? args[field] : undefined);
      const [user, workdir, input] = [given('user'), given('workdir'), given('input')];
      return {
        ...(await driver.exec(
          key,
          {
            command: command.map(String),
            ...(user !== undefined && { user }),
            ...(workdir !== undefined && { workdir }),
            ...(input !== undefined && { input }),
          },
          signal,
        )),
      };
    },
  },
  logs: {
    summary: 'Give back the last lines of its output.',
    risk: 'safe',
    args: {
      type: 'object',
      additionalProperties: false,
      properties: {
        lines: { type: 'integer', minimum: 1, maximum: 100_000, default: 100, description: 'How many lines.' },
      },
    },
    run: (driver, args, { key, signal }) =>
      driver.logs(key, typeof args['lines'] === 'number' ? args['lines'] : 100, signal),
  },
};
