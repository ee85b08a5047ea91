import { fault, fine, warning } from './finding.js';
import type { Finding } from './finding.js';

/** Seconds. JWTs of an application whose clock is further off are refused. */
const tolerated = 30;
const noticeable = 5;

/** Compares this machine's clock with another's, which was read between two readings of this one. */
export function compareClocks(
  other: string,
  { at, before, after }: { at: Date; before: Date; after: Date },
): Finding {
  const here = (before.getTime() + after.getTime()) / 2;
  const seconds = Math.round((here - at.getTime()) / 1000);
  const apart = Math.abs(seconds);
  const message =
    apart === 0
      ? `agrees with that of ${other}`
      : `is ${apart} s ${seconds > 0 ? 'ahead of' : 'behind'} that of ${other}`;
  const fix = 'Have both keep time by NTP, such as chrony or systemd-timesyncd.';
  if (apart > tolerated) return fault('clock', message, fix);
  return apart > noticeable ? warning('clock', message, fix) : fine('clock', message);
}
