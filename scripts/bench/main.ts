/**
 * `npm run bench [name …]`: prints one JSON object a line, `{"name","value","unit",…}`. Progress goes to stderr.
 *
 *     store       transactions/s of the ticket store after 500 and after 10,000 tickets
 *     domain      deadlines/s, beside an npm package, ms an explanation and routing decisions/s on one core
 *     classifier  messages/s, loading time and size of a text model
 *     intake      requests/s and latencies of each channel's door on a whole instance, also with the router stopped
 *     timers      ms by which 500 warnings for the same instant are late on a whole instance
 *     deliveries  callbacks/s to forty departments, what dead and slow ones do to the others, and how long a replay takes
 *     coldstart   ms that a fresh process takes to load each function, and the size of its code
 *     year        100,000 open tickets for a year in virtual time: when alarms begin and ring, against the service's quotas
 */
import type { Figure } from './figure.ts';

// Read when the logger and the metrics are loaded: before anything of ours is.
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED = 'true';

const benches: Readonly<Record<string, () => Promise<AsyncIterable<Figure> | Iterable<Figure>>>> = {
  store: async () => (await import('./store.ts')).store(),
  domain: async () => (await import('./domain.ts')).domain(),
  classifier: async () => (await import('./classifier.ts')).classifier(),
  intake: async () => (await import('./intake.ts')).intake(),
  load: async () => (await import('./load.ts')).load(),
  deliveries: async () => (await import('./deliveries.ts')).deliveries(),
  timers: async () => (await import('./timers.ts')).timers(),
  coldstart: async () => (await import('./coldstart.ts')).coldstart(),
  year: async () => (await import('./year.ts')).year(),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(1);
}
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`bench ${name} …`);
  for await (const figure of await bench()) console.log(JSON.stringify(figure));
}
