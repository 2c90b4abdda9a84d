import { SimulatedClock } from '../../engine/model/world.ts';
import { memoryGrid, memoryStore } from '../../engine/store/memory.ts';
import { storeConformance } from './store.ts';

storeConformance('memory', async () => {
  const clock = new SimulatedClock(1_700_000_000_000);
  const grid = memoryGrid();
  const open = () => memoryStore({ clock, grid });
  const store = open();
  return {
    store,
    another: async () => open(),
    reopen: async () => {
      await store.close();
      return open();
    },
    advance: (ms) => clock.advance(ms),
  };
});
