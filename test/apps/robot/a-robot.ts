// A process that joins the private Redis of a data folder, says `joined <started> <socket>` and then does what it is told, line by line:
// `leave` leaves and ends, `ensure` looks after the server. Used by the tests of the private Redis; killed by them, too.

import readline from 'node:readline';
import { joinPrivateRedis } from '../../../apps/robot/private-redis.ts';

const [dataFolder = '', program = 'redis-server'] = process.argv.slice(2);
const server = await joinPrivateRedis({ dataFolder, program });
console.log(`joined ${server.started} ${server.socket}`);
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line === 'ensure') {
    await server.ensure();
    console.log('ensured');
  } else {
    console.log(`left ${await server.leave()}`);
    break;
  }
}
