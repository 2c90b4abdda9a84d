// The contract itself is tried on two toys first: when these fail, the contract or the pass is wrong, not a kind.

import { actorContract } from './actor-contract.ts';
import { jarCase, lampCase } from './toys.ts';

actorContract(lampCase);
actorContract(jarCase);
