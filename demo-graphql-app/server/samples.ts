import type { Database } from './database.js';
import type { NewPatient } from './database/patients.js';

const booked = { nationalId: null, card: null, notes: null };

/** Booked by telephone: what is sensitive will be typed in by somebody, as no program can put it there. */
const samples: readonly NewPatient[] = [
  { name: 'Amara Okafor', born: '1984-03-12', city: 'Leeds', reason: 'First visit', ...booked },
  {
    name: 'Jonas Lindqvist',
    born: '1971-11-02',
    city: 'York',
    reason: 'Blood pressure, follow-up',
    ...booked,
  },
  { name: 'María del Carmen Ortiz', born: '1995-07-23', city: 'Bradford', reason: 'Vaccination', ...booked },
  { name: 'Tomasz Wiśniewski', born: '2003-01-30', city: 'Leeds', reason: 'Knee pain', ...booked },
];

/** Puts some patients into a database that has none. */
export function addSamples({ patients }: Pick<Database, 'patients'>): void {
  if (patients.list('').length > 0) return;
  for (const sample of samples) patients.save(sample, [], 'ada');
}
