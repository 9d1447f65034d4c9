import { main } from './main.ts';
import { leave } from './system.ts';

await main();
leave();
