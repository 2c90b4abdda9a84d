// One process for one folder. A lock is a socket in the folder, whose name says which process it is, by pid, start time and boot.
// Each process first puts down its own and then looks for others: of two that start at once at least one sees the other, and
// what a dead process left is recognised, never waited for, and never taken from a living one, stopped or in another container.

import { constants, promises as fs } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { EngineError } from '../../model/errors.ts';

const LOCK = /^lock-(\d+)-(\d+)-([0-9a-f]+)$/;
/** Longer addresses of sockets are cut short without a word. */
const ADDRESS = 107;

/** Resolves to the release; refuses with STORE_LOCKED when somebody who lives has the folder. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const boot = await bootId();
  const own = `lock-${process.pid}-${(await startOf(process.pid)) ?? '0'}-${boot}`;
  const release = await putDown(folder, own);
  try {
    for (const name of await fs.readdir(folder)) {
      const match = LOCK.exec(name);
      if (match === null || name === own) continue;
      const [, pid, start, bootThen] = match;
      const lives = bootThen === boot && (start === (await startOf(Number(pid))) || (await listens(folder, name)));
      if (lives) throw locked(folder, Number(pid));
      await fs.rm(path.join(folder, name), { force: true });
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

async function putDown(folder: string, name: string): Promise<() => Promise<void>> {
  const target = path.join(folder, name);
  const server = net.createServer((caller) => caller.destroy());
  const fault = await at(folder, name, async (address) => {
    return new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen(address, () => resolve(undefined));
    });
  });
  if (fault?.code === 'EADDRINUSE') throw locked(folder, process.pid);
  if (fault !== undefined) {
    // A file system without sockets: then the name alone says who it is.
    const file = await fs.open(target, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? locked(folder, process.pid) : error;
    });
    await file.close();
    return () => fs.rm(target, { force: true });
  }
  server.unref();
  await fs.chmod(target, 0o600);
  return async () => {
    await new Promise((resolve) => server.close(resolve));
    await fs.rm(target, { force: true });
  };
}

/** Does a process, of whatever container of this machine, hold this socket? */
function listens(folder: string, name: string): Promise<boolean> {
  return at(folder, name, async (address) => {
    return new Promise<boolean>((resolve) => {
      const socket = net.connect(address);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        resolve(!['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(error.code ?? ''));
      });
    });
  });
}

/** With an address of the socket. Those are short and folders may not be, so a long one is said by an open handle. */
async function at<Result>(folder: string, name: string, use: (address: string) => Promise<Result>): Promise<Result> {
  const target = path.resolve(folder, name);
  if (Buffer.byteLength(target) <= ADDRESS) return use(target);
  const handle = await fs.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await use(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}

/** When the process began, in ticks since the boot; undefined when there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await textOf(`/proc/${pid}/stat`);
  if (stat === undefined) return (await textOf('/proc/self/stat')) === undefined && answers(pid) ? '0' : undefined;
  // The name of the program stands in brackets and may hold anything; the 22nd field of all is the 20th behind it.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : fields[18];
}

/** Where the system has no /proc, a process id that was given again is taken for the robot that had it. */
function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function bootId(): Promise<string> {
  return ((await textOf('/proc/sys/kernel/random/boot_id')) ?? '0').trim().replaceAll('-', '');
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

function locked(folder: string, pid: number): EngineError {
  return new EngineError(
    'STORE_LOCKED',
    `${folder} is in use by the robot with the process id ${pid}; a journal takes one robot`,
    {
      hint: 'Talk to that robot (`ays status`), end it with `ays down`, or use Redis, where any number of robots share the work.',
      detail: { folder, pid },
    },
  );
}
