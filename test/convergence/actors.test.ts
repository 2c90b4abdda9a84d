// Every actor keeps the contract. A kind gets these tests by being listed in cases/index.ts.

import { actorContract } from './actor-contract.ts';
import { cases } from './cases/index.ts';

for (const actorCase of cases) actorContract(actorCase);
