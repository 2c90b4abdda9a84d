// Containers in memory, faithful in what the kinds can tell apart: what has ended keeps layer and address, two running
// ones cannot have the same port of the node, an image can be gone. A task ends by itself, with the code the world
// gives it. What only hands, crashes and time do is in `world`, so that nothing under test can reach it.

import { EngineError } from '../../engine/model/errors.ts';
import type { JsonObject } from '../../engine/model/json.ts';
import { kindOf, nameOf, type ServiceKey } from '../../engine/model/key.ts';
import { withoutSecrets } from '../fingerprint.ts';
import { MemoryTable } from '../memory-table.ts';
import type { Ownership } from '../ownership.ts';
import { refuseLate } from '../presence.ts';
import type { ContainerConfig, ContainersDriver, ContainerState } from './port.ts';
import { parsePublishedPort, portsClash, type PublishedPort } from './published-port.ts';

interface Container {
  state: ContainerState;
  exitCode: number | undefined;
  attempt: number | undefined;
  config: ContainerConfig;
  health: 'ok' | 'warning' | 'error';
  readonly deadProcesses: Set<string>;
  readonly address: string;
  readonly hostname: string;
  readonly log: string[];
}

export interface MemoryContainersOptions {
  readonly grid?: string;
  readonly node?: string;
}

export interface ContainersWorld {
  /** The process dies. */
  kill(key: ServiceKey, exitCode?: number): void;
  /** A run that goes on comes to its end. */
  finish(key: ServiceKey, exitCode?: number): void;
  pauseByHand(key: ServiceKey): void;
  resumeByHand(key: ServiceKey): void;
  startByHand(key: ServiceKey): void;
  removeByHand(key: ServiceKey): void;
  editByHand(key: ServiceKey, settings: JsonObject): void;
  killProcess(key: ServiceKey, process: string): void;
  setHealth(key: ServiceKey, health: 'ok' | 'warning' | 'error'): void;
  /** The next runs of a task end with these codes, later ones with 0. `running`: that run does not end by itself. */
  nextExits(key: ServiceKey, exits: readonly (number | 'running')[]): void;
  putForeign(key: ServiceKey, config?: ContainerConfig, owner?: Ownership): string;
  /** The image is nowhere to be had until it is given back. */
  loseImage(image: string): void;
  giveImage(image: string): void;
  /** The node loses power and comes back: nothing runs. */
  reboot(): void;
}

export type MemoryContainers = ContainersDriver & { readonly world: ContainersWorld };

/** Used when it is made, never shown again. */
const UNSEEN = new Set(['imageAuth', 'pull']);

export function memoryContainers(options: MemoryContainersOptions = {}): MemoryContainers {
  const table = new MemoryTable<Container>(options.grid);
  const lost = new Set<string>();
  const exits = new Map<ServiceKey, (number | 'running')[]>();

  const present = (key: ServiceKey): Container => {
    const container = table.own(key);
    if (container === undefined) throw new EngineError('DRIVER_FAILED', `${key}: there is no such container`);
    return container;
  };
  const all = (): { key: ServiceKey; container: Container }[] =>
    table.keys().map((key) => ({ key, container: table.entry(key)!.thing })); // the key was listed just now

  const freeAddress = (network: string): string => {
    const taken = new Set(all().map(({ container }) => container.address));
    const block = [...network].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 250, 7);
    for (let host = 2; ; host++) {
      const address = `10.${block}.${host >> 8}.${host & 255}`;
      if (!taken.has(address)) return address;
    }
  };
  const make = (key: ServiceKey, config: ContainerConfig): Container => ({
    state: 'created',
    exitCode: undefined,
    attempt: undefined,
    config: structuredClone(config),
    health: 'ok',
    deadProcesses: new Set(),
    address: freeAddress(config.network ?? 'default'),
    hostname: config.hostname !== undefined && config.hostname !== '' ? config.hostname : nameOf(key),
    log: [],
  });

  const run = (key: ServiceKey, container: Container): void => {
    for (const port of publishedBy(container)) {
      const holder = all().find(
        (other) =>
          other.key !== key &&
          isUp(other.container) &&
          publishedBy(other.container).some((taken) => portsClash(port, taken)),
      );
      if (holder !== undefined) {
        throw new EngineError(
          'DRIVER_REFUSED',
          `${key}: port ${port.nodePort}/${port.protocol} of the node is taken by ${holder.key}`,
          {
            hint: 'give one of the two another port',
          },
        );
      }
    }
    container.state = 'running';
    container.exitCode = undefined;
    container.health = 'ok';
    container.deadProcesses.clear();
    container.log.push('started');
    if (kindOf(key) !== 'task') return;
    const code = exits.get(key)?.shift() ?? 0;
    if (code !== 'running') end(container, code);
  };

  const world: ContainersWorld = {
    kill(key, exitCode = 137) {
      const container = table.own(key);
      if (container !== undefined && isUp(container)) end(container, exitCode);
    },
    finish(key, exitCode = 0) {
      const container = table.own(key);
      if (container?.state === 'running') end(container, exitCode);
    },
    pauseByHand(key) {
      const container = table.own(key);
      if (container?.state === 'running') container.state = 'paused';
    },
    resumeByHand(key) {
      const container = table.own(key);
      if (container?.state === 'paused') container.state = 'running';
    },
    startByHand(key) {
      const container = table.own(key);
      if (container !== undefined && !isUp(container)) run(key, container);
    },
    removeByHand: (key) => table.vanish(key),
    editByHand(key, settings) {
      const container = table.own(key);
      if (container !== undefined) container.config = { ...container.config, ...structuredClone(settings) };
    },
    killProcess(key, process) {
      const container = table.own(key);
      if (container?.state === 'running') container.deadProcesses.add(process);
    },
    setHealth(key, health) {
      const container = table.own(key);
      if (container?.state === 'running') container.health = health;
    },
    nextExits: (key, codes) => void exits.set(key, [...codes]),
    putForeign: (key, config = { image: 'host' }, owner) =>
      table.putForeign(key, { ...make(key, config), state: 'running' }, owner),
    loseImage: (image) => void lost.add(image),
    giveImage: (image) => void lost.delete(image),
    reboot() {
      for (const { container } of all()) if (isUp(container)) end(container, 255);
    },
  };

  return {
    world,
    async inspect(key) {
      const foreign = table.foreign(key);
      if (foreign !== undefined) return { presence: 'foreign', foreign };
      const container = table.own(key);
      if (container === undefined) return { presence: 'absent' };
      return {
        presence: 'present',
        state: container.state,
        ...(container.exitCode !== undefined && { exitCode: container.exitCode }),
        ...(container.attempt !== undefined && { attempt: container.attempt }),
        config: seen(container.config),
        health: container.health,
        deadProcesses: [...container.deadProcesses].sort(),
        address: container.address,
        hostname: container.hostname,
        node: options.node ?? 'local',
      };
    },
    async create(key, identity, config, signal) {
      refuseLate(signal, key);
      if (table.own(key) !== undefined) return;
      if (lost.has(config.image)) {
        throw new EngineError('DRIVER_REFUSED', `${key}: the image ${config.image} cannot be found`, {
          hint: 'check its name, or push it',
        });
      }
      table.put(key, identity.uid, identity.hash, make(key, config));
    },
    async start(key, order, signal) {
      refuseLate(signal, key);
      const container = present(key);
      if (container.state === 'paused') container.state = 'running';
      if (container.state === 'running') {
        container.deadProcesses.clear();
        return;
      }
      if (order?.attempt !== undefined) {
        if (order.fresh !== true && (container.attempt ?? 0) >= order.attempt) return;
        container.attempt = order.attempt;
      }
      run(key, container);
    },
    async stop(key, _order, signal) {
      refuseLate(signal, key);
      const container = table.own(key);
      if (container === undefined || !isUp(container)) return;
      end(container, 143);
      if (container.attempt !== undefined) container.attempt -= 1;
    },
    async remove(key) {
      table.remove(key);
    },
    async update(key, identity, changes) {
      const container = present(key);
      container.config = { ...container.config, ...structuredClone(changes) };
      table.put(key, identity.uid, identity.hash, container);
    },
    async exec(key, order, signal) {
      refuseLate(signal, key);
      const container = present(key);
      if (container.state !== 'running')
        throw new EngineError('DRIVER_REFUSED', `${key}: is ${container.state}, nothing can be run in it`);
      return { exitCode: 0, stdout: `${order.command.join(' ')}\n`, stderr: '' };
    },
    async logs(key, lines) {
      return present(key)
        .log.slice(-lines)
        .map((line) => `${line}\n`)
        .join('');
    },
    async rekey(from, to, identity) {
      table.rekey(from, to, identity.uid, identity.hash);
    },
    async adopt(key, nativeId, identity) {
      table.adopt(key, nativeId, identity.uid, identity.hash);
    },
  };
}

function end(container: Container, exitCode: number): void {
  container.state = 'exited';
  container.exitCode = exitCode;
  container.health = 'ok';
  container.deadProcesses.clear();
  container.log.push(`ended with ${exitCode}`);
}

function isUp(container: Container): boolean {
  return container.state === 'running' || container.state === 'paused';
}

function publishedBy(container: Container): readonly PublishedPort[] {
  if (container.config.hostNetwork === true) return [];
  return (container.config.ports ?? []).flatMap((text) => parsePublishedPort(text) ?? []);
}

function seen(config: ContainerConfig): JsonObject {
  const known = Object.fromEntries(Object.entries(config).filter(([field]) => !UNSEEN.has(field)));
  return structuredClone(withoutSecrets(known)) as JsonObject; // an object goes in, an object comes out
}
