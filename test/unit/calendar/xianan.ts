/** The first district's calendar and limits, parsed as the synth does: what the dated cases are about. */
import { readFileSync } from 'node:fs';
import { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { CalendarData, LimitProfile, type OfficeDay } from '#schemas/sla.ts';

function districtFile(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../districts/xianan/${name}`, import.meta.url), 'utf8'));
}

export const xiananData = CalendarData.parse(districtFile('calendar.json'));
export const xianan = new WorkingCalendar(xiananData);
export const xiananLimits = LimitProfile.parse(districtFile('limits.json'));

/** The same official days with other hours. */
export function withHours(hours: OfficeDay, seasons: CalendarData['office']['seasons'] = []): WorkingCalendar {
  return new WorkingCalendar({ ...xiananData, office: { source: 'test', hours, seasons } });
}
